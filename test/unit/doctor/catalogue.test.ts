/** docs/doctor.md explains exactly the checks that there are, in their order; docs/redis.md has the ACL that is printed. */
import { describe, expect, it } from 'vitest'
import { aclLines } from '../../../src/adapters/redis/inspect/acl.ts'
import { makeKeyNames } from '../../../src/adapters/redis/keys.ts'
import { listKeys } from '../../../src/adapters/redis/revocation/list-keys.ts'
import { AREAS, CHECKS } from '../../../src/doctor/catalogue.ts'
import { readDocument } from '../../docs/documents.ts'

const USER = { kind: 'single', username: 'holdfast', database: 0 } as const

function linesOf(target: Partial<Parameters<typeof aclLines>[0]['target']>, prefix = 'holdfast:'): readonly string[] {
  const cluster = target.kind === 'cluster'
  const [names, keys] = [makeKeyNames(prefix, cluster), listKeys(prefix, cluster)]
  return aclLines({ target: { ...USER, ...target }, prefix, names, keys })
}

describe('docs/doctor.md', () => {
  it('has each id once, under its area, in the order of the report', () => {
    const told: [string, string][] = []
    let area = ''
    for (const line of readDocument('docs/doctor.md').text.split('\n')) {
      area = /^###? (.*)$/.exec(line)?.[1] ?? area
      const id = /^\| `([a-z]+-[a-z-]+)` \|/.exec(line)?.[1]
      if (id !== undefined) told.push([id, area])
    }
    expect(told).toEqual(Object.entries(CHECKS).map(([id, check]) => [id, check.area]))
  })

  it('checks of one area stand together, in the order of the areas', () => {
    const areas = Object.values(CHECKS).map(({ area }) => area)
    expect(areas.filter((area, i) => area !== areas[i - 1])).toEqual(AREAS)
  })
})

describe('the ACL', () => {
  it('is the one of docs/redis.md', () => {
    const documented = readDocument('docs/redis.md')
      .blocks.flatMap(({ text }) => text.split('\n'))
      .filter((line) => line.startsWith('ACL SETUSER holdfast'))
    expect(linesOf({})).toEqual(documented)
  })

  it('has the name of the user, but for the default one, which others may need', () => {
    expect(linesOf({ username: 'hf' }).every((line) => line.startsWith('ACL SETUSER hf '))).toBe(true)
    for (const username of [undefined, 'default']) expect(linesOf({ username })).toEqual(linesOf({}))
  })

  it('in a cluster has the layout and the keys that share a slot; with a database its choice', () => {
    const [, list] = linesOf({ kind: 'cluster' })
    expect(list).toContain('~holdfast:{revocations}* +ping')
    expect(list?.endsWith(' +cluster|slots')).toBe(true)
    expect(linesOf({ database: 2 })[1]?.endsWith(' +select')).toBe(true)
  })

  it('takes the prefix literally', () => {
    expect(linesOf({}, 'a*[b]?\\:')[0]).toContain(' ~a\\*\\[b\\]\\?\\\\:replay:* ')
  })
})
