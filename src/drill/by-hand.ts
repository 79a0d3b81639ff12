/** What somebody needs to try things with curl: a key, a token for the payments service, and commands that use them. */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mintToken, newSigningKey } from './mint.ts'
import { WORKLOADS } from './world/workloads.ts'
import type { World } from './world/world.ts'

const TOKEN_LIFE_SECONDS = 8 * 3600

/** Writes `key.json` and `token` into the world. */
export async function writeHandCredentials(world: World, nowSeconds: number): Promise<void> {
  const { key, jwk } = await newSigningKey()
  const token = await mintToken(world.issuerKey, {
    iss: world.issuer,
    aud: world.origins.payments,
    sub: 'you',
    client_id: WORKLOADS.payments,
    iat: nowSeconds,
    exp: nowSeconds + TOKEN_LIFE_SECONDS,
    jti: randomUUID(),
    sid: randomUUID(),
    cnf: { jkt: key.thumbprint },
  })
  writeFileSync(join(world.dir, 'key.json'), `${JSON.stringify(jwk, null, 2)}\n`, { mode: 0o600 })
  writeFileSync(join(world.dir, 'token'), token, { mode: 0o600 })
}

/** Three commands for a shell in the checkout; `folder` is the world's, as one would type it. */
export function handCommands(folder: string, origin: string): string {
  const url = `${origin}/v1/accounts`
  const curl = (workload: string, show = '-i') =>
    `curl ${show} --cacert ${folder}/ca.crt --cert ${folder}/workloads/${workload}.crt --key ${folder}/workloads/${workload}.key`
  const proof = `npx holdfast proof --key ${folder}/key.json --method GET --url ${url} --token - < ${folder}/token`
  const token = `-H "Authorization: DPoP $(cat ${folder}/token)"`
  return `1. As the holder: token, fresh proof, own certificate. 200, and the service sees who it is.

   ${curl('payments')} \\
     ${token} -H "DPoP: $(${proof})" \\
     ${url}

2. As the thief who copied the token, from another pod: 401, proof_missing.

   ${curl('reports')} \\
     ${token} \\
     ${url}

3. As the thief who recorded a whole request: 200 for the first, 401 proof_replayed for the second.

   PROOF=$(${proof})
   for i in 1 2; do ${curl('payments', "-s -o /dev/null -w '%{http_code}\\n'")} \\
     ${token} -H "DPoP: $PROOF" ${url}; done
`
}
