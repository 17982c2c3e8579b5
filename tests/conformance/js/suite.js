// Registers checks, runs them, and prints what came of each.
"use strict";

const assert = require("node:assert/strict");
const path = require("node:path");

const checks = [];

function check(area, name, run) {
  checks.push({ area, name, run });
}

/** Calls what must be refused in that way; gives the refusal. */
async function refused(call, status, code, words) {
  let result;
  try {
    result = await call();
  } catch (error) {
    assert.equal(error.statusCode, status, `${error.statusCode} ${error.code}: ${error.message}`);
    if (code !== undefined) assert.equal(error.code, code);
    if (words !== undefined) assert.ok(error.message.includes(words), `the words are ${error.message}`);
    return error;
  }
  throw new Error(`it was not refused, but gave ${typeof result}`);
}

/** The inner code of a refusal. */
function inner(error) {
  const details = error.details?.error ?? error.details;
  return (details?.innererror ?? details?.innerError)?.code ?? JSON.stringify(error.details);
}

/** The error and where it was met in the suite, in one line. */
function why(error) {
  const here = (error.stack ?? "").split("\n").find((line) => line.includes(__dirname) && !line.includes("suite.js"));
  const place = here ? path.basename(here.replace(/[()]/g, "")) : "?";
  return `${error.name} at ${place}: ${String(error.message).replace(/\s+/g, " ").slice(0, 600)}`;
}

async function run(areas) {
  let passed = 0;
  let failed = 0;
  for (const { area, name, run } of checks) {
    if (areas.length && !areas.includes(area)) continue;
    const started = Date.now();
    try {
      await run();
      passed += 1;
      console.log(`ok ${area}: ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED ${area}: ${name}: ${why(error)}`);
    }
    if (Date.now() - started > 2000) console.log(`slow: ${(Date.now() - started) / 1000} s ${area}: ${name}`);
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0;
}

async function listed(iterator) {
  const all = [];
  for await (const it of iterator) all.push(it);
  return all;
}

module.exports = { assert, check, inner, listed, refused, run };
