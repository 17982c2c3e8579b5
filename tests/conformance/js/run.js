// The official JavaScript clients judge the emulator. See tests/conformance/README.md.
"use strict";

const { run } = require("./suite");
for (const area of ["identity", "keys", "crypto", "secrets", "certificates", "certificate_forms", "vaults"]) require(`./areas/${area}`);

run((process.env.AREAS ?? "").split(" ").filter(Boolean)).then((well) => process.exit(well ? 0 : 1));
