"""The real `az`, started once for each command, with a configuration folder of its own."""

import json
import os
import shutil
import subprocess

TIMEOUT = 120


class Refused(Exception):
    """`az` ended with an error; `words` is what it showed."""

    def __init__(self, args, words):
        super().__init__(f"az {' '.join(args[:4])}: {words}")
        self.words = words


class Az:
    """`az` as one signed-in person uses it, with variables of his own; `None` takes one away."""

    def __init__(self, config, **environment):
        self.config = config
        os.makedirs(config, exist_ok=True)
        self.environment = environment

    def __call__(self, *args):
        """What the command answers, read as JSON; `None` when it answers nothing."""
        text = self.text(*args, "--output", "json")
        return json.loads(text) if text.strip() else None

    def text(self, *args):
        """What the command prints."""
        args = [str(arg) for arg in args]
        variables = {
            **os.environ,
            "AZURE_CONFIG_DIR": self.config,
            "AZURE_CORE_COLLECT_TELEMETRY": "false",
            "AZURE_CORE_NO_COLOR": "true",
            "AZURE_CORE_ONLY_SHOW_ERRORS": "true",
            **self.environment,
        }
        done = subprocess.run(
            [os.environ["AZ"], *args],
            env={name: value for name, value in variables.items() if value is not None},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )
        if done.returncode != 0:
            raise Refused(args, done.stderr.strip() or done.stdout.strip())
        return done.stdout

    def refusal(self, *args):
        """What `az` shows when the command is refused, as it has to be."""
        try:
            answer = self.text(*args)
        except Refused as refused:
            return refused.words
        raise AssertionError(f"az {' '.join(map(str, args[:4]))} was not refused: {answer[:200]}")

    def copy(self, name, **environment):
        """Another one, who begins with what this one has configured."""
        config = os.path.join(os.path.dirname(self.config), name)
        shutil.copytree(self.config, config)
        return Az(config, **environment)
