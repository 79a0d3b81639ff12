/** The configuration of the world's Holdfast: one route for each way of binding, each service under its own name. */
import type { Ports } from '../local/ports.ts'
import { SERVICES, type ServiceName } from './workloads.ts'

export const ISSUER = 'https://issuer.example.org'
/** The file that opens the console, beside the configuration. */
export const CONSOLE_SECRET = 'console-secret'

/** What clients of a service sign as the start of `htu`; `.localhost` names are loopback wherever they are resolved (RFC 6761 §6.3). */
export function originOf(service: ServiceName, port: number): string {
  return `https://${service}.localhost:${port}`
}

const DEMANDS: Record<ServiceName, string> = {
  payments: `
    binding: { anyOf: [dpop, certificate] }   # either tie will do
    nonce: offered
    upstream: { authorization: strip }        # the service needs no token: it reads x-holdfast-subject`,
  orders: `
    binding: { anyOf: [workload] }            # the token's holder must be the caller
    require: { peers: ["spiffe://example.org/ns/shop/*"] }`,
  deploy: `
    binding: { allOf: [dpop, workload] }      # the key, and on the runner itself
    nonce: offered
    token: { maxLifetimeSeconds: 3600 }`,
  tools: `
    binding: { anyOf: [dpop] }
    nonce: required                           # no proof can be made in advance
    session: { idleSeconds: 900, maxAgeSeconds: 3600 }`,
  partners: `
    binding: { anyOf: [certificate] }         # RFC 8705: the token goes with the client certificate`,
  legacy: `
    mode: observe                             # lets everything pass and tells what it would have refused
    binding: { anyOf: [dpop, certificate] }`,
}

/** The whole file. Paths count from its folder. */
export function holdfastConfig(ports: Ports): string {
  return `# The drill's world: every key that is not here has its default (docs/configuration.md).
server: { listen: "127.0.0.1:${ports.holdfast}", drainSeconds: 0 }   # Envoy is stopped first
admin: { listen: "127.0.0.1:${ports.holdfastAdmin}" }
log: { decisions: all }
nonce: { secret: "file:nonce-secret", periodSeconds: 600 }   # a copied key is told sooner where nonces live longer
console: { enabled: true, secret: "file:${CONSOLE_SECRET}" }   # what the ledger makes of the drill is asked for there
revocation: { file: revocations.json }
peers:
  trustDomains: [example.org]
  forwardedClientCert: { from: envoy }
issuers:
  - issuer: ${ISSUER}
    keys: { jwksFile: jwks.json }
    holder: { claim: client_id }
routes:
  - name: public
    match: { authority: "payments.localhost:${ports.envoy}", pathPrefix: /public }
    origin: ${originOf('payments', ports.envoy)}
    audience: ${originOf('payments', ports.envoy)}
    mode: "off"                               # open to everybody, and counted
${SERVICES.map((service) => route(service, ports.envoy)).join('')}`
}

function route(service: ServiceName, port: number): string {
  return `  - name: ${service}
    match: { authority: "${service}.localhost:${port}" }
    origin: ${originOf(service, port)}
    audience: ${originOf(service, port)}${DEMANDS[service]}
`
}
