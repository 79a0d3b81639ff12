import { describe, expect, it } from 'vitest'
import { makeDecider } from '../../../src/app/decider.ts'
import type { CheckDeps } from '../../../src/check/check.ts'
import type { CheckEvent } from '../../../src/check/observer.ts'
import type { RequestFacts } from '../../../src/check/request-facts.ts'
import type { Mode } from '../../../src/check/route-plan.ts'
import { makeWorld, routePlan } from '../../support/check-world.ts'
import { factsOf, honest } from '../../support/request.ts'

function world(mode: Mode = 'enforce', deps: Partial<CheckDeps> = {}) {
  const events: CheckEvent[] = []
  const faults: unknown[] = []
  let shed = 0
  const { deps: all } = makeWorld([routePlan({ mode })], deps)
  const decider = makeDecider({
    deps: () => all,
    observer: { decided: (event) => void events.push(event), cacheUsed: () => undefined },
    onShed: () => void shed++,
    onFault: (error) => void faults.push(error),
  })
  return { decider, events, faults, shed: () => shed }
}

const facts = (): RequestFacts => factsOf(honest())

describe('what is counted is what was sent', () => {
  it('a decision is told when its answer is made, once, and not before', async () => {
    const { decider, events } = world()
    const make = await decider.decide(facts())
    expect(events).toEqual([])
    expect(make().allow).toBe(true)
    expect(events).toHaveLength(1)
    expect(events[0]?.decision.reason).toBe('ok')
  })

  it('a Check that could not be read is denied with the reason of the reader', async () => {
    const { decider, events } = world()
    const answer = (await decider.decide({ reason: 'internal_error', detail: 'no CheckRequest' }))()
    expect(answer).toMatchObject({ allow: false, status: 503 })
    expect(events[0]?.decision.reason).toBe('internal_error')
  })
})

describe('no check came to a decision: denied with 503 (design: failure)', () => {
  it.each([
    ['shed', 'deadline_exceeded'],
    ['late', 'deadline_exceeded'],
    ['unauthenticated', 'internal_error'],
  ] as const)('%s', (what, reason) => {
    const { decider, events } = world()
    expect(decider[what]()).toMatchObject({ allow: false, status: 503, metadata: { reason, verdict: 'deny' } })
    expect(events[0]?.decision.reason).toBe(reason)
  })

  it('a fault of a port: told once with its decision id, and nothing of it in the answer', () => {
    const { decider, faults, events } = world()
    const answer = decider.failed(new Error('the secret of the port'), facts())
    expect(answer).toMatchObject({ allow: false, status: 503 })
    expect(JSON.stringify([answer, events[0]?.decision])).not.toContain('the secret of the port')
    expect(faults).toHaveLength(1)
  })

  it('a port that throws rejects, so that the one who called closes the door', async () => {
    const { decider } = world('enforce', {
      revocations: {
        find() {
          throw new Error('broken')
        },
      },
    })
    await expect(decider.decide(facts())).rejects.toThrow('broken')
  })

  it('overload is counted', () => {
    const { decider, shed } = world()
    decider.shed()
    expect(shed()).toBe(1)
  })

  it.each(['late', 'failed'] as const)(
    '%s on a route that only observes passes, and says that it would not',
    (what) => {
      const { decider } = world('observe')
      const answer = what === 'late' ? decider.late(facts()) : decider.failed(new Error('x'), facts())
      expect(answer.allow).toBe(true)
      expect(answer.metadata).toMatchObject({ would_deny: true, mode: 'observe', class: 'unavailable' })
    },
  )

  it('late without facts, or on an unknown route, is denied whatever routes there are', () => {
    const { decider } = world('observe')
    expect(decider.late().allow).toBe(false)
    expect(decider.late({ ...facts(), authority: 'other.example' }).allow).toBe(false)
  })
})
