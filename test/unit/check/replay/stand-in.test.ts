/** `onStoreOutage: insecureMemory` and `insecureAllow`, through the whole check: who passes while marks cannot be made, and after. */
import { beforeEach, describe, expect, it } from 'vitest'
import { makeMemoryReplayStore } from '../../../../src/adapters/memory/memory-replay-store.ts'
import type { Mark, ReplayStore } from '../../../../src/check/replay/replay-store.ts'
import { makeWorld, routePlan, type World } from '../../../support/check-world.ts'
import { factsOf, honest, NOW_SECONDS } from '../../../support/request.ts'

const HOUR_AGO_MS = (NOW_SECONDS - 3600) * 1000

let up: boolean
let world: World
let count = 0

/** The embedded store, which can be cut off: what Redis is to a replica. */
function outages(): ReplayStore {
  const inner = makeMemoryReplayStore(1000, HOUR_AGO_MS)
  return {
    ...inner,
    markFirstUse: (mark: Mark) => (up ? inner.markFirstUse(mark) : { kind: 'unavailable', detail: 'down' }),
  }
}

function worldOf(onStoreOutage: 'insecureMemory' | 'insecureAllow', standInProofs = 1000): World {
  return makeWorld([routePlan({ onStoreOutage })], {
    replay: outages(),
    standIn: makeMemoryReplayStore(standInProofs, HOUR_AGO_MS),
  })
}

/** A proof of its own, with its nonce; the same facts can be sent again. */
const request = (nonce?: string) => {
  const { proofClaims } = honest()
  return factsOf({ ...honest(), proofClaims: { ...proofClaims, jti: `jti-${++count}`, ...(nonce && { nonce }) } })
}

async function ask(facts = request()) {
  const { decision, answer } = await world.ask(facts)
  const { reason, verdict, findings } = decision
  return { verdict, reason, degraded: findings.degraded, nonce: findings.nonce, answer }
}

beforeEach(() => {
  up = true
})

describe('insecureMemory', () => {
  beforeEach(() => {
    world = worldOf('insecureMemory')
  })

  it('what was used before the outage does not pass in it: it needs a nonce from after its begin', async () => {
    const { nonce } = await ask()
    const captured = request(nonce)
    const unnonced = request()
    expect((await ask(captured)).reason).toBe('ok')
    expect((await ask(unnonced)).reason).toBe('ok')
    up = false
    expect((await ask(captured)).reason).toBe('nonce_stale')
    expect((await ask(unnonced)).reason).toBe('nonce_required')
  })

  it('an honest client pays one round trip, then passes each time; its proofs are single-use here', async () => {
    up = false
    const first = await ask()
    expect(first).toMatchObject({ verdict: 'deny', reason: 'nonce_required', degraded: ['insecureMemory'] })
    world.at(NOW_SECONDS + 1)
    const proof = request(first.nonce)
    const passed = await ask(proof)
    expect(passed).toMatchObject({ reason: 'ok', degraded: ['insecureMemory'] })
    expect(passed.answer.metadata['degraded']).toBe('insecureMemory')
    expect((await ask(proof)).reason).toBe('proof_replayed')
    expect((await ask(request(passed.nonce))).reason).toBe('ok')
  })

  it('back again, nothing that was used meanwhile passes; an honest client pays one round trip', async () => {
    up = false
    const { nonce } = await ask()
    const used = request(nonce)
    expect((await ask(used)).reason).toBe('ok')
    up = true
    const fenced = await ask(used)
    expect(fenced).toMatchObject({ reason: 'nonce_stale', degraded: [] })
    expect((await ask(used)).reason).toBe('nonce_stale')
    expect(await ask(request(fenced.nonce))).toMatchObject({ reason: 'ok', degraded: [] })
  })

  it('the begin of a second outage counts, not that of the first', async () => {
    up = false
    const { nonce } = await ask()
    expect((await ask(request(nonce))).reason).toBe('ok')
    up = true
    world.at(NOW_SECONDS + 1)
    const back = await ask(request(nonce))
    const between = request(back.nonce)
    expect((await ask(between)).reason).toBe('ok')
    up = false
    world.at(NOW_SECONDS + 2)
    expect((await ask(between)).reason).toBe('nonce_stale')
  })

  it('a stand-in that is full refuses with 503', async () => {
    world = worldOf('insecureMemory', 0)
    up = false
    const { nonce } = await ask()
    const refused = await ask(request(nonce))
    expect(refused).toMatchObject({ verdict: 'deny', reason: 'replay_store_unavailable' })
    expect(refused.answer.status).toBe(503)
  })

  it('a forged nonce is refused in the outage as ever', async () => {
    up = false
    expect((await ask(request('A'.repeat(32)))).reason).toBe('nonce_invalid')
  })
})

describe('insecureAllow', () => {
  beforeEach(() => {
    world = worldOf('insecureAllow')
  })

  it('passes as often as it comes, and says so; back again, it does not pass any more', async () => {
    up = false
    const used = request()
    for (let i = 0; i < 3; i++) expect(await ask(used)).toMatchObject({ reason: 'ok', degraded: ['insecureAllow'] })
    up = true
    expect((await ask(used)).reason).toBe('nonce_required')
    world.at(NOW_SECONDS + 1)
    const { reason, nonce } = await ask()
    expect(reason).toBe('nonce_required')
    expect((await ask(request(nonce))).reason).toBe('ok')
  })
})

describe('deny', () => {
  it('passes nobody in the outage, and nobody pays for it afterwards', async () => {
    world = makeWorld([routePlan()], { replay: outages() })
    up = false
    expect(await ask()).toMatchObject({ verdict: 'deny', reason: 'replay_store_unavailable', degraded: [] })
    up = true
    expect((await ask()).reason).toBe('ok')
  })
})
