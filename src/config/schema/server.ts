/** Keys `server`, `admin` and `log`: the process and its two listeners. */
import * as z from 'zod'
import { parseListen } from '../listen.ts'
import { secretReference, section, text, whole } from './fields.ts'

function tls(clientCa: string, description: string) {
  return z
    .strictObject({
      certificate: text().describe('PEM file with our certificate and its chain.'),
      key: text().describe('PEM file with the private key.'),
      clientCa: text().nullable().default(null).describe(clientCa),
    })
    .nullable()
    .default(null)
    .describe(description)
}

export const server = section({
  listen: text(listenFault)
    .default('127.0.0.1:9191')
    .describe('Address of the gRPC listener: `host:port`, or `unix:///path` for a socket (made with mode 0660).'),
  tls: tls(
    'PEM file with the CA of those who may connect; with it a client certificate is demanded (mTLS).',
    'TLS of the gRPC listener; null for plaintext, which belongs on loopback or a socket only.',
  ),
  clientSecret: secretReference()
    .nullable()
    .default(null)
    .describe(
      'Where the secret stands (`file:PATH` or `env:NAME`) that each Check must carry in gRPC metadata `x-holdfast-client-secret` (Envoy: `grpc_service.initial_metadata`), so that not any pod may ask. Printable ASCII.',
    ),
  workers: whole(1, 64)
    .default(1)
    .describe('Processes that serve behind the one listener; more than one needs `store.kind: redis`.'),
  maxConcurrentChecks: whole(1, 1_000_000)
    .default(1000)
    .describe('Checks in flight, in each worker; above it a check is refused with 503 at once.'),
  deadlineMs: whole(10, 10_000)
    .default(150)
    .describe('Time for one check in milliseconds; then it is refused with 503. Shorter than the `timeout` of Envoy.'),
  drainSeconds: whole(0, 3600)
    .default(5)
    .describe('Time on SIGTERM between the end of readiness and the end of the last call.'),
}).describe('The gRPC server that Envoy asks.')

export const admin = section({
  listen: text((value) => {
    const fault = listenFault(value)
    return fault === undefined && value.startsWith('unix:') ? 'is a socket; write host:port' : fault
  })
    .default('127.0.0.1:9901')
    .describe('Address `host:port` of `/metrics`, `/livez`, `/readyz`, `/config` and the console.'),
  tls: tls(
    'PEM file with the CA of those who may look at the console; a client certificate is then asked for, and demanded there and nowhere else.',
    'TLS of the admin listener; null for plaintext. Changed files are taken up, a change of these keys at the next start.',
  ),
}).describe('The listener for operators.')

export const log = section({
  level: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('Least severity that is logged (JSON on standard output).'),
  decisions: z
    .enum(['none', 'denied', 'all'])
    .default('denied')
    .describe('Which decisions are logged, one line each; lines beyond the rate limit are counted instead.'),
}).describe('The log.')

function listenFault(value: string): string | undefined {
  const parsed = parseListen(value)
  return parsed.ok ? undefined : parsed.error
}
