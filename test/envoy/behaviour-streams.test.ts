/**
 * D-E10: Envoy asks once, when a stream begins. A revocation does not reach a stream that is open; `max_stream_duration` (900 s
 * in envoy/) is what ends it, and the next one is refused.
 */
import { request } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { errorOf, sendHonest } from '../support/honest.ts'
import { startLab } from '../support/lab.ts'
import { makeHolder, proofOf, routeOf } from '../support/parties.ts'
import { fieldsOf } from '../support/raw-http.ts'
import { runCommand, until } from '../support/running-holdfast.ts'

const MAX_STREAM_DURATION_MS = 3_000

it('D-E10 a revoked session keeps its open stream until max_stream_duration, and gets no other', async () => {
  const lab = await startLab({
    listeners: [
      {
        name: 'streams',
        manager: (manager) => {
          manager['common_http_protocol_options'].max_stream_duration = `${MAX_STREAM_DURATION_MS / 1000}s`
        },
      },
    ],
    routes: (authority) => [routeOf('streams', authority('streams'), '/')],
    config: { revocation: { file: 'revocations.json' } },
  })
  onTestFinished(lab.stop)
  const holder = await makeHolder(lab.parties, { sid: 'session-1' })
  const challenge = await sendHonest(lab, 'streams', holder)
  expect(challenge.status).toBe(200)
  const [nonce] = fieldsOf(challenge, 'dpop-nonce')

  // An upload that does not end: the stream is open for as long as Envoy lets it.
  const startMs = performance.now()
  const proof = await proofOf(holder, 'POST', `https://${lab.authority('streams')}/`, nonce)
  const stream = request({
    port: lab.port('streams'),
    host: '127.0.0.1',
    method: 'POST',
    headers: { host: lab.authority('streams'), authorization: `DPoP ${holder.token}`, dpop: proof },
  })
  let endedMs: number | undefined
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      endedMs ??= performance.now() - startMs
      resolve()
    }
    stream.on('error', end).on('close', end).on('response', end)
  })
  stream.write('the first part')

  const revoked = await runCommand(['revoke', 'session', 'session-1', '--config', lab.configFile])
  expect(revoked.code, revoked.stderr).toBe(0)
  await until('a new request is refused', async () => (await sendHonest(lab, 'streams', holder)).status === 401)
  expect(endedMs).toBeUndefined()
  expect(stream.write('the second part')).toBe(true)
  await ended
  expect(endedMs).toBeGreaterThan(MAX_STREAM_DURATION_MS - 500)
  expect(errorOf(await sendHonest(lab, 'streams', holder))).toBe('invalid_token')
})
