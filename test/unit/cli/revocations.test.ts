import { writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { command as revocations } from '../../../src/cli/revocations.ts'
import { command as revoke } from '../../../src/cli/revoke.ts'
import { command as unrevoke } from '../../../src/cli/unrevoke.ts'
import { makeRevocationWorld } from './revocation-world.ts'

const listed = (out: string): { id: string; value: string }[] => JSON.parse(out).revocations

describe('holdfast revocations', () => {
  it('lists what is in force, oldest first, as a table and as JSON', async () => {
    const world = await makeRevocationWorld()
    for (const [kind, value] of [
      ['session', 'sid-1'],
      ['client', 'c-1'],
    ]) {
      await world.run(revoke, [kind ?? '', value ?? '', '--why', 'leaked in a log'])
    }
    const table = await world.run(revocations, [])
    expect(table.code).toBe(0)
    expect(table.out.split('\n')).toHaveLength(4)
    expect(table.out).toMatch(/^ID +KIND +VALUE/)
    expect(table.out).toMatch(/session +sid-1 +any .* never +ada +leaked in a log\n/)
    const json = await world.run(revocations, ['--json'])
    expect(listed(json.out).map(({ value }) => value)).toEqual(['sid-1', 'c-1'])
  })

  it('--kind picks one kind', async () => {
    const world = await makeRevocationWorld()
    await world.run(revoke, ['session', 'sid-1'])
    await world.run(revoke, ['client', 'c-1'])
    expect(listed((await world.run(revocations, ['--kind', 'client', '--json'])).out)).toMatchObject([{ value: 'c-1' }])
    const wrong = await world.run(revocations, ['--kind', 'clients'])
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('did you mean client?')])
  })

  it('says so when there is none', async () => {
    const world = await makeRevocationWorld()
    expect(await world.run(revocations, [])).toEqual({ code: 0, out: 'nothing is revoked\n', err: '' })
    expect(listed((await world.run(revocations, ['--json'])).out)).toEqual([])
  })

  it('leaves out what has ended, and names what has no effect, without what could fool a terminal', async () => {
    const world = await makeRevocationWorld()
    await world.run(revoke, ['session', 'sid-1', '--why', 'a\u001b[2Jb'])
    const [entry] = (await world.entries()) as object[]
    const ended = { ...entry, id: 'rv-2', expires: '2020-01-01T00:00:00Z' }
    const odd = { ...entry, id: 'rv-\u001b[2J', kind: 'x' }
    await writeFile(world.file, JSON.stringify({ version: 1, revocations: [entry, ended, odd] }))
    const { code, out, err } = await world.run(revocations, [])
    expect(code).toBe(0)
    expect(out).not.toMatch(/rv-2\b/)
    expect(out).toContain('a?[2Jb')
    expect(err).toContain('revocations[2] (rv-?[2J) has no effect')
    expect(out + err).not.toContain('\u001b')
  })
})

describe('holdfast unrevoke', () => {
  it('takes exactly that one back', async () => {
    const world = await makeRevocationWorld()
    await world.run(revoke, ['session', 'a'])
    await world.run(revoke, ['session', 'b'])
    const [first] = (await world.entries()) as { id: string }[]
    const { code, out } = await world.run(unrevoke, [first?.id ?? '', '--json'])
    expect([code, JSON.parse(out)]).toEqual([0, { id: first?.id, removed: true, file: world.file }])
    expect(await world.entries()).toMatchObject([{ value: 'b' }])
  })

  it('takes a malformed one back by its id', async () => {
    const world = await makeRevocationWorld()
    await writeFile(world.file, JSON.stringify({ version: 1, revocations: [{ id: 'rv-odd', kind: 'x' }] }))
    expect((await world.run(unrevoke, ['rv-odd'])).code).toBe(0)
    expect(await world.entries()).toEqual([])
  })

  it('ends with 1 when there is no such id, also without a file', async () => {
    const world = await makeRevocationWorld()
    for (let i = 0; i < 2; i++) {
      const { code, err } = await world.run(unrevoke, ['rv-none'])
      expect([code, err]).toEqual([1, expect.stringContaining('there is no revocation "rv-none"')])
      await world.run(revoke, ['session', 'a'])
    }
  })

  it('ends with 2 without an id', async () => {
    const { code, err } = await (await makeRevocationWorld()).run(unrevoke, [])
    expect([code, err]).toEqual([2, expect.stringContaining('ID is missing')])
  })
})
