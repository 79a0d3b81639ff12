/**
 * A world to attack a release with. The release believes its issuer on one route, for a name that no DNS can ever hold (RFC 6761
 * §6.4), and that route enforces: there is no open page and no observing service in it, since an Envoy that takes every name
 * would let anybody through there. All services of the stories are that one. Certificates have no SPIFFE ID, so they fit
 * whatever trust domains the release believes, and bind by their thumbprint alone.
 */
import { stringify } from 'yaml'
import { makeCa } from '../certificates.ts'
import { SERVICES } from './workloads.ts'
import { WORLD_FILE, type WorldDescription } from './world.ts'
import { type Write, writeInto, writeIssuer, writeWorkloads } from './world-files.ts'

const NAME = 'drill.invalid'
const ORIGIN = `https://${NAME}`
/** The chart knows it by its name, and refuses a release in which another route believes it (_validate.tpl). */
const ISSUER = `https://issuer.${NAME}`
const SECRET = 'holdfast-drill-world'
/** Holdfast never looks at the dates of a certificate, the handshake does: this counts behind an Envoy only. */
const LIFE_MS = 365 * 86_400_000

/** Makes it in `dir`, which is `shown` in what people type; resolves to the values of the chart that let the drill in: YAML. */
export async function makeReleaseWorld(dir: string, shown: string): Promise<string> {
  const kept = new Map<string, string>()
  const write: Write = (name, content) => {
    kept.set(name, content.toString())
    writeInto(dir)(name, content)
  }
  const ca = await makeCa('Holdfast drill', LIFE_MS)
  write('ca.crt', ca.certificatePem)
  const notAfter = new Date(Date.now() + LIFE_MS)
  await writeWorkloads(write, ca, (workload) => ({ commonName: workload, notAfter }))
  const description: WorldDescription = {
    issuer: ISSUER,
    origins: Object.fromEntries(SERVICES.map((name) => [name, ORIGIN])) as WorldDescription['origins'],
  }
  write(WORLD_FILE, `${JSON.stringify(description, null, 2)}\n`)
  const jwks = await writeIssuer(write)
  kept.delete('jwks.json')
  writeInto(dir)('secret.yaml', secretManifest(kept))
  return releaseValues(shown, jwks)
}

/** A key of a Secret has no slash: `workloads.x.crt` stands for `workloads/x.crt`. The chart mounts it back (tests/drill.yaml). */
function secretManifest(files: ReadonlyMap<string, string>): string {
  const data = [...files].map(([name, text]) => [name.replace('/', '.'), Buffer.from(text).toString('base64')])
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: SECRET },
      type: 'Opaque',
      data: Object.fromEntries(data),
    },
    { lineWidth: 0 },
  )
}

function releaseValues(folder: string, jwks: string): string {
  const indented = jwks.trimEnd().replaceAll('\n', '\n      ')
  return `# Lets holdfast drill attack the release (docs/helm.md). Add the two list items to your own config by hand, since lists in
# values replace one another. Every OTHER route needs issuers: [YOUR ISSUER]: without it a route believes all issuers, this
# one too. The private key is in ${folder}/secret.yaml:
#   kubectl -n NAMESPACE apply --server-side -f ${folder}/secret.yaml
config:
  issuers:
    - issuer: ${ISSUER}
      keys: { jwksFile: /etc/holdfast/keys/drill.json }
  routes:
    - name: drill
      match: { authority: ${NAME} }
      origin: ${ORIGIN}
      audience: ${ORIGIN}
      issuers: ["${ISSUER}"]
      binding: { anyOf: [dpop, certificate] }
      nonce: required
      token: { maxLifetimeSeconds: 3600 }
      session: { idleSeconds: 900, maxAgeSeconds: 3600 }
keySets:
  files:
    drill.json: |
      ${indented}
helmTest:
  drill: { existingSecret: ${SECRET} }
`
}
