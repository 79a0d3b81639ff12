/** Holdfast that is killed, ends, is slow or overloaded, with a real Envoy in front: what is refused, and who says so. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { envoyStat } from '../support/envoy.ts'
import { ALLOW, startWorld, type World } from '../support/grpc-world.ts'
import { sendHonest } from '../support/honest.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { type Holder, makeHolder, routeOf } from '../support/parties.ts'
import { freePort } from '../support/ports.ts'
import { fieldsOf, sendRaw } from '../support/raw-http.ts'
import { until } from '../support/running-holdfast.ts'

/** The default of Envoy's `failure_mode_allow` is false; true is what nobody should set, and somebody will. */
function failOpen(authz: Record<string, unknown>): void {
  authz['failure_mode_allow'] = true
}

describe('one Holdfast process behind Envoy', () => {
  let lab: Lab
  let holder: Holder

  beforeAll(async () => {
    lab = await startLab({
      listeners: [{ name: 'closed' }, { name: 'open', authz: failOpen }],
      config: { server: { drainSeconds: 6 } },
      routes: (authority) => ['closed', 'open'].map((name) => routeOf(name, authority(name), '/')),
    })
    holder = await makeHolder(lab.parties)
  })
  afterAll(() => lab?.stop())
  beforeEach(async () => {
    if (!(await serves())) await lab.restartHoldfast()
    await until('Envoy sees it healthy', serves)
  })

  const filterCounts = async (): Promise<Record<'ok' | 'denied' | 'error', number>> => {
    const read = (name: string) => envoyStat(lab.envoy, `http.closed.ext_authz.holdfast.${name}`)
    const [ok, denied, error] = await Promise.all([read('ok'), read('denied'), read('error')])
    return { ok, denied, error }
  }

  const serves = async (): Promise<boolean> => (await sendHonest(lab, 'closed', holder)).status === 200

  it("Envoy's own counters agree with holdfast_decisions_total after a mixed load", async () => {
    const decisions = (verdict: string) => lab.holdfast().metric('holdfast_decisions_total', { verdict })
    const [before, allowed, denied] = [await filterCounts(), await decisions('allow'), await decisions('deny')]
    const naked = () => sendRaw(lab.where('closed'), { target: '/' })
    const statuses = await Promise.all(
      Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? naked() : sendHonest(lab, 'closed', holder))),
    )
    expect(statuses.filter(({ status }) => status === 200)).toHaveLength(40)
    const after = await filterCounts()
    expect(after.error).toBe(before.error)
    expect(after.ok - before.ok).toBe((await decisions('allow')) - allowed)
    expect(after.denied - before.denied).toBe((await decisions('deny')) - denied)
    expect(after.ok - before.ok).toBe(40)
  })

  it('SIGTERM under load: every call that Holdfast took is answered, and no call ends in an error of Envoy', async () => {
    const before = await filterCounts()
    let ended = false
    const seen: (string | undefined)[] = []
    const client = async (): Promise<void> => {
      while (!ended) {
        const received = await sendRaw(lab.where('closed'), { target: '/' })
        // Ours has a decision id; once Envoy's health check has turned away, its own 503 has none.
        const ours = fieldsOf(received, 'x-holdfast-decision').length === 1
        seen.push(ours ? `holdfast ${received.status}` : `envoy ${received.status}`)
      }
    }
    const clients = Array.from({ length: 4 }, client)
    await until('there is load', () => seen.length > 50)
    lab.holdfast().signal('SIGTERM')
    await until('Envoy has turned away', () => seen.includes('envoy 503'))
    const exit = await lab.holdfast().exit
    ended = true
    await Promise.all(clients)
    expect(exit).toBe(0)
    expect(new Set(seen)).toEqual(new Set(['holdfast 401', 'envoy 503']))
    // Turned away before it was gone: no answer came after the first refusal of Envoy, so none was cut off.
    expect(seen.slice(seen.indexOf('envoy 503')).filter((one) => one === 'holdfast 401').length).toBeLessThanOrEqual(4)
    const after = await filterCounts()
    const resets = await envoyStat(lab.envoy, `cluster.holdfast-${lab.holdfastPort}.upstream_rq_rx_reset`)
    const timeouts = await envoyStat(lab.envoy, `cluster.holdfast-${lab.holdfastPort}.upstream_rq_timeout`)
    expect([resets, timeouts]).toEqual([0, 0])
    expect(after.denied - before.denied).toBe(seen.filter((one) => one === 'holdfast 401').length)
  })

  it('killed in the middle of a load: 503 at once, never an allow; the one that is started again serves', async () => {
    const calls = Array.from({ length: 40 }, () => sendRaw(lab.where('closed'), { target: '/' }))
    lab.holdfast().signal('SIGKILL')
    expect(await lab.holdfast().exit).toBe('SIGKILL')
    const statuses = (await Promise.all(calls)).map(({ status }) => status)
    expect([401, 503]).toEqual(expect.arrayContaining([...new Set(statuses)]))
    const gone = await sendHonest(lab, 'closed', holder)
    expect([gone.status, fieldsOf(gone, 'x-holdfast-decision')]).toEqual([503, []])
    await lab.restartHoldfast()
    await until('Envoy sees it healthy again', serves)
  })

  it('D-E8 a dead process under failure_mode_allow: that is the error path of Envoy alone, and it opens', async () => {
    lab.holdfast().signal('SIGKILL')
    await lab.holdfast().exit
    await until('Envoy has noticed', async () => (await sendRaw(lab.where('closed'), { target: '/' })).status === 503)
    // Nothing of ours runs, so nothing of ours can refuse: why every file of envoy/ says false.
    expect((await sendRaw(lab.where('open'), { target: '/' })).status).toBe(200)
    await lab.restartHoldfast()
    await until('Envoy sees it healthy again', serves)
    await until('the door is shut', async () => (await sendRaw(lab.where('open'), { target: '/' })).status === 401)
  })
})

describe('D-E3 D-E8 a faulty Holdfast that is alive, under failure_mode_allow: true', () => {
  let lab: Lab
  let world: World
  let decide: () => Promise<() => typeof ALLOW> = async () => () => ALLOW

  beforeAll(async () => {
    const port = await freePort()
    world = await startWorld(
      { decide: () => decide(), deadlineMs: 100, maxConcurrentChecks: 2 },
      { listen: { kind: 'tcp', host: '127.0.0.1', port } },
    )
    lab = await startLab({
      listeners: [
        {
          name: 'faulty',
          authorizerPort: port,
          authz: failOpen,
        },
      ],
      routes: (authority) => [routeOf('faulty', authority('faulty'), '/')],
    })
    await until('Envoy asks it', async () => (await status()) === 200)
  })
  beforeEach(async () => {
    decide = async () => () => ALLOW
    await until('nothing is under way', () => world.handler.inFlight() === 0)
  })
  afterAll(async () => {
    await lab?.stop()
    await world?.server.drain(0)
  })

  const status = async (): Promise<number> => (await sendRaw(lab.where('faulty'), { target: '/' })).status
  const errors = () => envoyStat(lab.envoy, 'http.faulty.ext_authz.holdfast.error')

  it.each<[string, typeof decide]>([
    [
      'throws at once',
      () => {
        throw new Error('broken')
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['throws something that is no error', () => Promise.reject(undefined)],
    [
      'throws when the answer is made',
      async () => () => {
        throw new Error('broken')
      },
    ],
    ['answers nonsense', async () => () => ({ ...ALLOW, allow: 'yes' as unknown as boolean })],
    ['allows and denies in one', async () => () => ({ ...ALLOW, metadata: { verdict: 'deny' } })],
    ['answers an allow after its deadline', () => allowAfter(300)],
  ])('%s: 503', async (_, broken) => {
    const before = await errors()
    decide = broken
    expect(await status()).toBe(503)
    expect(await errors()).toBe(before)
  })

  it('holds up its own event loop beyond its deadline, then allows: 503', async () => {
    decide = async () => {
      const endMs = performance.now() + 150
      while (performance.now() < endMs);
      return () => ALLOW
    }
    expect(await status()).toBe(503)
  })

  it('is overloaded: what is above the limit is refused with 503, the rest served', async () => {
    decide = () => allowAfter(80)
    const before = await errors()
    const statuses = await Promise.all(Array.from({ length: 12 }, status))
    expect(new Set(statuses)).toEqual(new Set([200, 503]))
    expect(statuses.filter((one) => one === 200).length).toBeGreaterThanOrEqual(2)
    expect(await errors()).toBe(before)
  })

  function allowAfter(ms: number): Promise<() => typeof ALLOW> {
    return new Promise((resolve) => setTimeout(() => resolve(() => ALLOW), ms))
  }
})
