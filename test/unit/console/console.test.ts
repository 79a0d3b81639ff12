import { describe, expect, it } from 'vitest'
import type { ConsoleResponse } from '../../../src/admin/console-handler.ts'
import { makeConsole } from '../../../src/console/console.ts'
import type { ConsoleData } from '../../../src/console/console-data.ts'
import type { Question } from '../../../src/ledger/case/question.ts'
import { NOW_MS, sampleCase, sampleIncident, sampleIncidents } from '../../support/console-samples.ts'
import { sampleData, written } from '../../support/console-world.ts'

const CASE = 'kind=subject&value=svc-payments'
const TOKEN = `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.e30.c2ln`
const BROKEN = { ok: false, detail: 'the ledger does not answer' } as const

function get(path: string, changes: Partial<ConsoleData> = {}): Promise<ConsoleResponse> {
  const [bare = '', query = ''] = path.split('?')
  return makeConsole(sampleData(changes), () => NOW_MS)({ path: bare, query })
}

describe('each answer of the console', () => {
  it.each([
    '/console',
    '/console/',
    '/console/sessions',
    `/console/case?${CASE}`,
    '/console/case?kind=none',
    '/console/style.css',
    '/console/x',
    '/console/api/incidents',
    '/console/api/x',
  ])('%s may load nothing from elsewhere, is not kept, framed, sniffed or told on', async (path) => {
    const { headers } = await get(path)
    expect(headers).toMatchObject({
      'content-security-policy':
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
  })

  it.each(['/console/', '/console/sessions', `/console/case?${CASE}`])(
    '%s has no script and no style of its own',
    async (path) => {
      expect((await get(path)).body).not.toMatch(
        /<script|<style|\sstyle=|\son[a-z]+=|javascript:|https?:\/\/[^<]*\.js/i,
      )
    },
  )
})

describe('paths', () => {
  it.each([
    '/console/incidents',
    '/console//',
    '/console/sessions/',
    '/console/Case',
    '/console/api/',
    '/console/api',
    '/console/%73essions',
    '/console/../metrics',
  ])('does not know %s', async (path) => {
    expect((await get(path)).status).toBe(404)
  })

  it('leads to its first page', async () => {
    const { status, headers } = await get('/console')
    expect([status, headers['location']]).toEqual([308, '/console/'])
  })
})

describe('JSON', () => {
  it('is the data of the page', async () => {
    const { headers, body } = await get('/console/api/incidents')
    expect(headers['content-type']).toBe('application/json')
    expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify({ found: sampleIncidents(), corrupt: 0, more: false })))
    expect(JSON.parse((await get('/console/api/sessions?unbound=1')).body).sessions).toHaveLength(1)
    expect(JSON.parse((await get(`/console/api/case?${CASE}`)).body).finding.name).toBe('cloned')
  })

  it('says in its own form what cannot be asked', async () => {
    const { status, body } = await get('/console/api/case?kind=key&value=x')
    expect([status, Object.keys(JSON.parse(body))]).toEqual([400, ['error']])
  })
})

describe('what is asked', () => {
  it('reaches the ledger in its one spelling', async () => {
    const asked: Question[] = []
    const data = {
      case: async (question: Question) => {
        asked.push(question)
        return written(sampleCase())
      },
    }
    await get('/console/case?kind=jti&value=%20abc%20&issuer=https://as.example.com', data)
    await get('/console/case?kind=decision&value=7c3a&issuer=', data)
    expect(asked).toEqual([
      { kind: 'jti', value: 'abc', issuer: 'https://as.example.com' },
      { kind: 'decision', value: '7c3a', issuer: undefined },
    ])
  })

  it.each([
    `/console/case?kind=token&value=${TOKEN}`,
    `/console/case?kind=subject&value=x&issuer=${TOKEN}`,
    `/console/sessions?subject=${TOKEN}`,
    `/console/api/case?kind=token&value=Bearer%20${TOKEN}`,
    `/console/?${TOKEN}`,
  ])('A token is refused with a hint, not looked up and not shown: %s', async (path) => {
    const never = async (): Promise<never> => {
      throw new Error('the ledger was asked')
    }
    const { status, body } = await get(path, { case: never, sessions: never, incidents: never })
    expect(status).toBe(400)
    expect(body).toContain('SHA-256')
    expect(body).not.toContain(TOKEN.slice(0, 12))
  })

  it('bounds what one page takes', async () => {
    const limits: number[] = []
    const data: Partial<ConsoleData> = {
      incidents: async (limit) => {
        limits.push(limit)
        return written({ found: [], corrupt: 0, more: false })
      },
    }
    for (const limit of ['7', '9999', '0', '-1', '1e9', 'x', ''])
      await get(`/console/api/incidents?limit=${limit}`, data)
    expect(limits).toEqual([7, 1_000, 50, 50, 50, 50, 50])
  })

  it('tells a wrong filter, and keeps what was typed', async () => {
    const { status, body } = await get('/console/sessions?idle=soon&client=ci')
    expect(status).toBe(400)
    expect(body).toContain('idle is no duration')
    expect(body).toContain('value="soon"')
  })
})

describe('missing evidence', () => {
  it.each(['/console/', '/console/sessions', `/console/case?${CASE}`])(
    '%s tells the gaps of the ledger',
    async (path) => {
      const gaps = async () => written([{ fromMs: NOW_MS - 60_000, toMs: NOW_MS, dropped: 214, by: 'holdfast-0/17' }])
      expect((await get(path, { gaps })).body).toContain('214 not written')
      expect((await get(path)).body).not.toContain('Evidence is missing')
      expect((await get(path, { gaps: async () => BROKEN })).body).toContain('could not be read')
    },
  )

  it('tells entries that could not be read', async () => {
    const incidents = async () => written({ found: [sampleIncident()], corrupt: 3, more: false })
    expect((await get('/console/', { incidents })).body).toContain('3 entries could not be read')
  })

  it.each(['/console/', '/console/sessions', `/console/case?${CASE}`, '/console/api/incidents'])(
    '%s says 503 when the ledger cannot be read',
    async (path) => {
      const broken = async () => BROKEN
      const { status, body } = await get(path, { incidents: broken, sessions: broken, case: broken })
      expect(status).toBe(503)
      expect(body).toContain(BROKEN.detail)
    },
  )
})

describe('incidents', () => {
  it('are paged by their ids', async () => {
    const more = async () => written({ found: [sampleIncident({ id: 'a b' })], corrupt: 0, more: true })
    expect((await get('/console/', { incidents: more })).body).toContain('href="/console/?before=a%20b"')
    expect((await get('/console/')).body).not.toContain('before=')
  })

  it('WCAG 2.2.2: stand still unless they are asked to be live', async () => {
    expect((await get('/console/')).body).not.toContain('http-equiv="refresh"')
    expect((await get('/console/?live=1')).body).toContain('<meta http-equiv="refresh" content="10">')
    expect((await get('/console/?live=1&before=x')).body).not.toContain('http-equiv="refresh"')
  })

  it('say so when there are none', async () => {
    const incidents = async () => written({ found: [], corrupt: 0, more: false })
    expect((await get('/console/', { incidents })).body).toContain('No incident is on record.')
  })
})

describe('a case', () => {
  it('tells proven from suspected in words, and accuses nobody where nobody is', async () => {
    const finding = sampleCase().finding
    const shown = async (changes: Partial<typeof finding>) =>
      (
        await get(`/console/case?${CASE}`, {
          case: async () => written(sampleCase({ finding: { ...finding, ...changes } })),
        })
      ).body
    expect(await shown({})).toMatch(/class="finding proven"[\s\S]*<\/span> proven</)
    expect(await shown({ confidence: 'suspected' })).toMatch(/class="finding suspected"[\s\S]*<\/span> suspected</)
    const own = await shown({ name: 'repeated by its own sender', confidence: 'proven', accuses: false })
    expect(own).toMatch(/class="finding none"[\s\S]*nobody accused</)
  })

  it('of nothing known says where was looked', async () => {
    const finding = {
      name: 'nothing known',
      confidence: 'none',
      accuses: false,
      sentence: 'Nothing is known.',
    } as const
    const nothing = {
      finding,
      evidenceFor: [],
      evidenceAgainst: [],
      missing: [],
      senders: undefined,
      timeline: [],
      sessions: [],
      incidents: [],
      alive: [],
      commands: [],
    }
    const { status, body } = await get(`/console/case?${CASE}`, { case: async () => written(sampleCase(nothing)) })
    expect([status, body.includes('<h1 id="finding">Nothing known</h1>')]).toEqual([200, true])
    expect(body).toContain('Where was looked')
  })

  it('marks where the senders differ, and nothing where one is not known', async () => {
    expect((await get(`/console/case?${CASE}`)).body.match(/>differs</g)).toHaveLength(6)
    const { senders } = sampleCase()
    const half = { left: { ...senders!.left, sender: undefined, hash: '9f3ab2c47d10e655' }, right: senders!.right }
    const { body } = await get(`/console/case?${CASE}`, { case: async () => written(sampleCase({ senders: half })) })
    expect(body).not.toContain('>differs<')
    expect(body).toContain('9f3ab2c47d10e655')
  })
})
