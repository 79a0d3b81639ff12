/**
 * docs/incident.md from alert to contained, as a responder types it. The outputs in it and in the README are those of a run:
 * `HOLDFAST_WRITE_DOCS=1` writes them, otherwise they are held against this one.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type IncidentWorld, makeIncidentWorld } from '../support/incident-story.ts'
import { type Holder, ISSUER } from '../support/parties.ts'
import { until } from '../support/running-holdfast.ts'
import { shownOutputs, steady, writeOutputs } from '../support/shown-output.ts'

const PAGES = ['docs/incident.md', 'README.md']
const SESSION = 'build-88120'
const SUBJECT = 'pipeline:checkout/deploy'
const outputs = new Map<string, string>()

let world: IncidentWorld
let leaked: Holder
let decision: unknown
beforeAll(async () => {
  world = await makeIncidentWorld()
})
afterAll(() => world?.forget())

/** What the terminal shows, with the command line. */
async function show(name: string, args: readonly string[]): Promise<string> {
  const { code, output } = await world.type(args)
  expect([code, output]).toEqual([0, output])
  const words = args.map((word) => (/^[\w:/.=@-]+$/.test(word) ? word : `"${word}"`))
  outputs.set(name, `$ npx holdfast ${words.join(' ')}\n${output.trimEnd()}\n`)
  return output
}

function incidents(wanted: Readonly<Record<string, unknown>>): readonly Record<string, unknown>[] {
  const told = world.replicas.flatMap(({ holdfast }) => holdfast.logged('incident'))
  return told.filter((line) => Object.entries(wanted).every(([name, value]) => line[name] === value))
}

describe('from alert to contained', () => {
  it('1: one service refuses the leaked session, another lets it pass, and the log tells both', async () => {
    const { runner, preview, session, send, step, replicas } = world
    const [one, two] = replicas
    leaked = await session(runner, SESSION, { sub: SUBJECT })
    const cnf = { jkt: leaked.key.thumbprint }
    const beside = {
      ...(await session(runner, 'build-88121', { sub: 'pipeline:checkout/test', cnf })),
      key: leaked.key,
    }
    const own = await session(preview, 'preview-17', { sub: 'preview' })
    const statuses = [
      (await send(two, preview, own, 'artifacts')).status,
      (await send(two, runner, beside, 'artifacts')).status,
      (await send(one, runner, leaked, 'deploy')).status,
    ]
    for (const [at, from] of [
      [two, preview],
      [one, runner],
    ] as const) {
      await step()
      statuses.push((await send(at, from, leaked, 'artifacts')).status)
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200])
    await step()
    const refused = await send(two, preview, leaked, 'deploy')
    expect([refused.status, refused.reason]).toEqual([403, 'peer_mismatch'])
    decision = refused.response.dynamic_metadata?.fields['decision_id']?.stringValue
    await until('the log tells it', () => incidents({ decision_id: decision }).length === 1)
    outputs.set('incident', `${JSON.stringify(incidents({ decision_id: decision })[0], null, 2)}\n`)
    await until('what no check can see is told', () => incidents({ class: 'concurrent' }).length > 0)
    await step()
    expect(incidents({ class: 'concurrent' })).toHaveLength(1)
  })

  it('2: the case says who, by what, and shows both senders', async () => {
    const found = await show('investigate', ['investigate', 'decision', String(decision)])
    expect(found).toMatch(/^FORWARDED {2}\(proven\)/)
    for (const { spiffeId, address } of [world.runner, world.preview]) {
      expect(found).toContain(`${spiffeId} at ${address}`)
    }
    expect(found).toContain('concurrent use, suspected')
    expect(found).toMatch(new RegExp(`holdfast revoke --issued-before=\\S+ key ${leaked.key.thumbprint}`))
  })

  it('3: the inventory says what the other workload has', async () => {
    const listed = await show('sessions', ['sessions', '--workload', world.preview.spiffeId, '--alive'])
    expect(listed).toContain(SUBJECT)
    expect(listed).toContain('\n2 sessions;')
  })

  it('4: the key is revoked at both replicas', async () => {
    const [ahead = ''] = new Date(Date.now() + 30 * 86_400_000).toISOString().split('.')
    const times = ['--issued-before', `${ahead}Z`, '--expires', '30d']
    const args = ['revoke', 'key', leaked.key.thumbprint, ...times, '--why', 'INC-2041: key in a build artifact']
    expect(await show('revoke', args)).toContain('applied by 2 of 2')
  })

  it('5: nobody passes with it any more, the case says so, and the record is whole', async () => {
    const { runner, preview, session, send, step, replicas, stopServing } = world
    const [one, two] = replicas
    for (const from of [preview, runner]) {
      await step()
      expect((await send(one, from, leaked, 'artifacts')).reason).toBe('revoked')
    }
    await step()
    const cnf = { jkt: leaked.key.thumbprint }
    const refreshed = { ...(await session(runner, 'build-88139', { sub: SUBJECT, cnf })), key: leaked.key }
    expect((await send(two, runner, refreshed, 'deploy')).reason).toBe('revoked')
    const renewed = await session(runner, 'build-88140', { sub: SUBJECT })
    expect((await send(two, runner, renewed, 'deploy')).status).toBe(200)
    await until('the refusals are told', () => incidents({ class: 'revoked' }).length === 3)
    await step()
    const asked = ['investigate', 'session', SESSION, '--issuer', ISSUER]
    expect(await show('investigate-again', asked)).toContain('Already revoked')
    expect(await show('markdown', [...asked, '--markdown'])).toMatch(/^## /)
    await stopServing()
    const verify = (file: string) => ['audit', 'verify', file, '--public-key', 'audit-public.pem']
    expect(await show('audit', verify('audit.jsonl'))).toMatch(/^whole: /)
    expect(await world.type(verify('audit-2.jsonl'))).toMatchObject({ code: 0 })
  })

  it.each(PAGES)('%s shows what was shown here', (page) => {
    if (process.env['HOLDFAST_WRITE_DOCS'] === '1') writeOutputs(page, outputs)
    const blocks = shownOutputs(page, outputs)
    expect(blocks).not.toEqual([])
    expect(steady(blocks.map(({ shown }) => shown))).toEqual(steady(blocks.map(({ seen }) => seen)))
  })
})
