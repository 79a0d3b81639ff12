/** Tracing through a real Envoy that traces too: our spans hang under Envoy's, and hold no secret. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sendHonest } from '../support/honest.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { attributesOf, type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { type Holder, makeHolder, routeOf } from '../support/parties.ts'
import { freePort } from '../support/ports.ts'
import { until } from '../support/running-holdfast.ts'

const CLIENT_TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331'
const CHECK = 'envoy.service.auth.v3.Authorization/Check'
const SERVER = 2

let receiver: OtlpReceiver
let lab: Lab
let holder: Holder

/** Envoy's own spans go to nobody: what counts is that it traces. */
function tracing(port: number) {
  const uri = `http://127.0.0.1:${port}/v1/traces`
  return {
    random_sampling: { value: 100 },
    provider: {
      name: 'envoy.tracers.opentelemetry',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig',
        service_name: 'envoy',
        http_service: { http_uri: { uri, cluster: 'holdfast', timeout: '1s' } },
      },
    },
  }
}

beforeAll(async () => {
  receiver = await startOtlpReceiver()
  const nowhere = await freePort()
  lab = await startLab({
    listeners: [
      { name: 'traced', manager: (manager) => Object.assign(manager, { tracing: tracing(nowhere) }) },
      { name: 'plain' },
    ],
    routes: (authority) => ['traced', 'plain'].map((name) => routeOf(name, authority(name), '/')),
    config: { tracing: { endpoint: receiver.url } },
  })
  holder = await makeHolder(lab.parties)
})
afterAll(async () => {
  await lab?.stop()
  await receiver?.stop()
})

const spansOf = (traceId: string) => receiver.spans().filter((span) => span.traceId === traceId)

it('a trace that Envoy begins goes on here: server span, and a child for each part', async () => {
  expect((await sendHonest(lab, 'traced', holder)).status).toBe(200)
  const traceparent = lab.reached.at(-1)?.headers['traceparent']?.[0] ?? ''
  const traceId = traceparent.split('-')[1] ?? ''
  expect(traceId).toMatch(/^[0-9a-f]{32}$/)
  await until('the spans arrive', () => spansOf(traceId).some(({ name }) => name === CHECK))
  const span = spansOf(traceId).find(({ name }) => name === CHECK)
  expect(span?.kind).toBe(SERVER)
  expect(span?.parentSpanId).toMatch(/^[0-9a-f]{16}$/)
  const children = spansOf(traceId).filter(({ parentSpanId }) => parentSpanId === span?.spanId)
  expect(children.map(({ name }) => name)).toEqual(
    ['token', 'proof', 'policy', 'replay'].map((step) => `holdfast.${step}`),
  )
  const times = [span, ...children].map((one) => BigInt(one?.startTimeUnixNano ?? 0))
  expect(times.toSorted((a, b) => Number(a - b))).toEqual(times)
  expect(attributesOf(span ?? { attributes: [] })).toMatchObject({
    'holdfast.verdict': 'allow',
    'holdfast.reason': 'ok',
    'holdfast.route': 'traced',
    'holdfast.binding': 'dpop',
  })
  expect(receiver.services()).toContain('holdfast')
})

it('without tracing in Envoy, the trace of the client is followed where it is sampled, and only there', async () => {
  const send = (flags: string) =>
    sendHonest(lab, 'plain', holder, { fields: [['traceparent', `${CLIENT_TRACE}-${flags}`]] })
  await send('00')
  await send('01')
  const traceId = CLIENT_TRACE.split('-')[1] ?? ''
  await until('the spans arrive', () => spansOf(traceId).some(({ name }) => name === CHECK))
  const spans = spansOf(traceId).filter(({ name }) => name === CHECK)
  expect(spans.every(({ parentSpanId }) => parentSpanId === CLIENT_TRACE.split('-')[2])).toBe(true)
  // One request, and perhaps one more for its nonce: those that were not sampled are not here.
  expect(spans.length).toBeLessThanOrEqual(2)
  await sendHonest(lab, 'plain', holder)
  expect(new Set(receiver.spans().map((span) => span.traceId)).size).toBeLessThanOrEqual(3)
})

it('no span holds a byte of token or proof', () => {
  const text = receiver.bodies.join('')
  expect(text).toContain('holdfast.decision_id')
  for (const part of holder.token.split('.')) expect(text).not.toContain(part)
  expect(text).not.toContain('eyJ')
  expect(text).not.toContain(holder.key.thumbprint)
})
