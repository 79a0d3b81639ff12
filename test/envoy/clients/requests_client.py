"""Drives requests_oauth2client: credentials and calls as JSON on standard input, outcomes as JSON on standard output.

The library signs, and retries after use_dpop_nonce, by itself; the adapter only writes down what went by.
"""

import base64
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import local

import requests
from requests.adapters import HTTPAdapter
from requests_oauth2client import DPoPKey, DPoPToken

here = local()


def nonce_in(proof: str) -> str | None:
    payload = proof.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))).get("nonce")


class Recorder(HTTPAdapter):
    def send(self, request, **kwargs):
        nonce = nonce_in(request.headers["DPoP"])
        response = super().send(request, **kwargs)
        here.exchanges.append(
            {"status": response.status_code, "nonce": nonce, "nextNonce": response.headers.get("DPoP-Nonce")}
        )
        return response


def main() -> None:
    order = json.load(sys.stdin)
    key = DPoPKey(private_key=order["jwk"], alg=order["algorithm"])
    token = DPoPToken(access_token=order["token"], _dpop_key=key)

    def call(wish: dict) -> dict:
        here.exchanges = []
        with requests.Session() as session:
            session.mount("https://", Recorder())
            session.trust_env = False  # no proxies, and no other authorities
            session.verify = order["caFile"]
            try:
                response = session.request(
                    wish["method"], wish["url"], data=wish.get("body"), auth=token, timeout=20
                )
                return {"exchanges": here.exchanges, "body": response.text}
            except Exception as error:
                return {"exchanges": here.exchanges, "error": type(error).__name__}

    first, *others = order["calls"]
    outcomes = [call(first)]
    if order["together"]:
        with ThreadPoolExecutor(max_workers=8) as pool:
            outcomes += pool.map(call, others)
    else:
        outcomes += map(call, others)
    json.dump(outcomes, sys.stdout)


main()
