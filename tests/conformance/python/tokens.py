"""Looking into tokens."""

import base64
import json

from world import ASYNC, VAULT_SCOPE


def claims(credential, scope=VAULT_SCOPE):
    token = credential.get_token(scope)
    token = ASYNC.run(token) if hasattr(token, "__await__") else token
    body = token.token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
