/** The console in a real Chromium: as a responder sees it, by mouse, by keyboard, on a small screen, and under hostile data. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AdminServer } from '../../src/admin/admin-server.ts'
import { startChromium } from '../support/chromium.ts'
import {
  FOCUSED,
  GROUND,
  OUTLINE,
  type PageShape,
  SCROLLED_PX,
  SHAPE,
  STYLESHEETS,
  WIDTH_PX,
} from '../support/console-probes.ts'
import { sampleCase, sampleIncident, sampleSession } from '../support/console-samples.ts'
import { SECRET, sampleData, startConsole, written } from '../support/console-world.ts'

const CASE = '/console/case?kind=decision&value=7c3a9d10b2e44f6a'
const PAGES = [
  '/console/',
  '/console/?live=1',
  '/console/sessions',
  '/console/sessions?unbound=1&client=crm-connector',
  CASE,
]
const TROUBLE = ['/console/case?kind=key&value=x', '/console/nothing', '/console/sessions?idle=soon']

/** Lines of Playwright's accessibility tree; a name stands in quotes behind the role. */
const CONTROL = /^\s*- '?(?:link|button|textbox|combobox|checkbox|navigation|search|form|region|img)\b/

let browser: Browser
let server: AdminServer
/** What the browser complained about, and where it went, in the test that runs. */
let complaints: string[]
let origins: Set<string>
/** One for each set of options: making one takes longer than a page. */
const contexts = new Map<string, BrowserContext>()

beforeAll(async () => {
  browser = await startChromium()
})
afterAll(() => browser.close())
beforeEach(async () => {
  complaints = []
  origins = new Set()
  server = await startConsole()
})
afterEach(async () => {
  await Promise.all([...contexts.values()].flatMap((context) => context.pages().map((page) => page.close())))
  await server.close()
})

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const key = JSON.stringify(options)
  const login = { httpCredentials: { username: 'responder', password: SECRET } }
  const context = contexts.get(key) ?? (await browser.newContext({ ...login, ...options }))
  contexts.set(key, context)
  const page = await context.newPage()
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => origins.add(new URL(request.url()).origin))
  await page.goto(`http://${server.address}${path}`)
  return page
}

function focused(page: Page): Promise<string> {
  return page.evaluate<string>(FOCUSED)
}

describe('logging in', () => {
  it('the browser asks for the password, and a wrong one shows nothing', async () => {
    const page = await open('/console/', { httpCredentials: { username: 'x', password: 'wrong' } })
    expect(await page.textContent('body')).toBe('{"error":"unauthorized"}\n')
  })

  it('the right one opens the first page', async () => {
    const page = await open('/console')
    expect([await page.title(), new URL(page.url()).pathname]).toEqual(['Incidents – Holdfast', '/console/'])
  })
})

describe('each page', () => {
  it.each([...PAGES, ...TROUBLE])('%s breaks no rule of its own policy and asks nobody else', async (path) => {
    const page = await open(path)
    expect(await page.locator('h1').count()).toBe(1)
    expect(await page.evaluate<number>(STYLESHEETS)).toBe(1)
    expect([...origins]).toEqual([`http://${server.address}`])
    // Chromium tells the status of a page that is an error; nothing else may be told.
    expect(complaints.filter((told) => !/the server responded with a status of 40[04]/.test(told))).toEqual([])
  })

  it.each([...PAGES, ...TROUBLE])('WCAG 1.4.10: %s fits 320 px and 1280 px, only tables scroll', async (path) => {
    const page = await open(path)
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      expect(await page.evaluate<number>(WIDTH_PX)).toBeLessThanOrEqual(width)
    }
  })

  it.each(PAGES)(
    'WCAG 4.1.2, 1.3.1: %s names its controls, heads its tables and keeps its headings in order',
    async (path) => {
      const page = await open(path)
      const tree = await page.locator('body').ariaSnapshot()
      const controls = tree.split('\n').filter((line) => CONTROL.test(line))
      expect(controls.length).toBeGreaterThan(10)
      expect(controls.filter((line) => !line.includes('"'))).toEqual([])
      const shape = await page.evaluate<PageShape>(SHAPE)
      expect(shape.lang).toBe('en')
      expect(shape.headings[0]).toBe(1)
      for (const [index, level] of shape.headings.entries())
        expect(level).toBeLessThanOrEqual((shape.headings[index - 1] ?? 0) + 1)
      expect(new Set(shape.ids).size).toBe(shape.ids.length)
      expect(shape.tables).not.toContain(false)
      expect(shape.references.filter((id) => !shape.ids.includes(id))).toEqual([])
    },
  )

  it.each(PAGES.filter((path) => !path.includes('live')))('%s is the same without JavaScript', async (path) => {
    const texts: string[] = []
    for (const javaScriptEnabled of [true, false])
      texts.push((await (await open(path, { javaScriptEnabled })).locator('body').textContent()) ?? '')
    expect(texts[0]).not.toBe('')
    expect(texts[0]).toBe(texts[1])
  })

  it('is dark where the system is', async () => {
    const grounds = new Set<string>()
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await open('/console/', { colorScheme })
      grounds.add(await page.evaluate<string>(GROUND))
    }
    expect(grounds.size).toBe(2)
  })
})

describe('by keyboard alone', () => {
  it('WCAG 2.4.1: the first stop is the way past the head, and it works', async () => {
    const page = await open('/console/')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('a Skip to content')
    expect((await page.locator('.skip').boundingBox())?.y).toBeGreaterThanOrEqual(0)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('a Show live')
  })

  it('WCAG 2.4.3, 2.4.7: walks in the order of reading, and each stop can be seen', async () => {
    const page = await open('/console/')
    const stops: string[] = []
    for (let count = 0; count < 12; count += 1) {
      await page.keyboard.press('Tab')
      stops.push(await focused(page))
      const outline = await page.evaluate<string>(OUTLINE)
      expect(outline).toBe('solid')
    }
    expect(stops.slice(0, 9)).toEqual([
      'a Skip to content',
      'a Incidents',
      'a Sessions',
      'select kind',
      'input value',
      'input issuer',
      'button Investigate',
      'a Show live',
      'div Incidents on this page: 4',
    ])
    expect(stops[9]).toBe('a cloned, open the case')
  })

  it('opens a case from the list of incidents', async () => {
    const page = await open('/console/')
    await page.locator('#incidents').waitFor()
    for (let count = 0; count < 11; count += 1) await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('a forwarded, open the case')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**${CASE}`)
    expect(await page.textContent('h1')).toBe('Cloned')
  })

  it('asks for a case by the form', async () => {
    const page = await open('/console/sessions')
    for (let count = 0; count < 4; count += 1) await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('select kind')
    await page.keyboard.type('subject')
    await page.keyboard.press('Tab')
    await page.keyboard.type('svc-payments')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/console/case?kind=subject&value=svc-payments&issuer=')
    expect(await page.inputValue('#value')).toBe('svc-payments')
    expect(await page.inputValue('#kind')).toBe('subject')
  })

  it('filters the sessions', async () => {
    const page = await open('/console/sessions')
    await page.locator('#f-unbound').focus()
    await page.keyboard.press('Space')
    await page.locator('form.filters button').focus()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/console/sessions?unbound=1&**')
    expect(await page.locator('tbody tr').count()).toBe(1)
    expect(await page.isChecked('#f-unbound')).toBe(true)
  })

  it('scrolls a wide table on a small screen', async () => {
    const page = await open('/console/sessions', { viewport: { width: 320, height: 800 } })
    const region = page.locator('.scroll')
    await region.focus()
    for (let count = 0; count < 10; count += 1) await page.keyboard.press('ArrowRight')
    await expect.poll(() => page.evaluate<number>(SCROLLED_PX)).toBeGreaterThan(0)
  })
})

describe('the graph of what is still alive', () => {
  it('has a title, a description, and all of it in a table', async () => {
    const page = await open(CASE)
    const tree = await page.locator('section[aria-labelledby=alive]').ariaSnapshot()
    expect(tree).toContain('img "What is still alive"')
    expect(await page.textContent('#graph-desc')).toContain('4 sessions hang together with this case')
    expect(await page.locator('svg.graph g.session').count()).toBe(4)
    expect(await page.locator('div[aria-labelledby=alive-table] tbody tr').count()).toBe(4)
  })
})

describe('hostile names', () => {
  const MARKUP = [
    '</td></table></title><script>alert(1)</script>',
    '"><img src="https://thief.example/x.png" onerror="alert(1)">',
    '<svg onload=alert(1)><style>@import "https://thief.example"</style>',
    '<meta http-equiv="refresh" content="0;url=https://thief.example">',
  ].join('')
  const HOSTILE = [
    ['markup', MARKUP],
    ['an address that runs', 'javascript:alert(1)'],
    ['text that turns around, after a zero', '\u202espiffe://prod.example\u0000\u2028'],
    ['text without an end', 'long'.repeat(400)],
  ] as const

  it.each(HOSTILE)('%s stays text, runs nothing, loads nothing and breaks no page', async (_, text) => {
    await server.close()
    const sender = { peer: text, certificate: text, address: text }
    const session = sampleSession({ subject: text, client: text, issuer: text, holder: text, keyThumbprint: text })
    const { senders } = sampleCase()
    const hostile = sampleCase({
      asked: { kind: 'subject', value: text },
      finding: { name: 'stolen', confidence: 'proven', accuses: true, sentence: text },
      evidenceFor: [text],
      commands: [{ command: text, cutsOff: text }],
      alive: [{ session, by: ['subject'] }],
      senders: { left: { ...senders!.left, title: text, sender }, right: { ...senders!.right, sender } },
      timeline: [{ atMs: Number.MAX_VALUE, side: 'left', what: text }],
    })
    server = await startConsole(
      sampleData({
        incidents: async () =>
          written({ found: [sampleIncident({ sender, subject: text, by: text })], corrupt: 0, more: true }),
        sessions: async () => written({ sessions: [session], cursor: text, looked: 1, about: 1, corrupt: 0 }),
        case: async () => written(hostile),
      }),
    )
    for (const path of ['/console/', '/console/sessions', CASE]) {
      const page = await open(path, { viewport: { width: 320, height: 800 } })
      expect(await page.locator('script, img, iframe, meta[http-equiv=refresh]').count()).toBe(0)
      expect(await page.evaluate<number>(WIDTH_PX)).toBeLessThanOrEqual(320)
      expect(await page.locator('a[href^="javascript:" i]').count()).toBe(0)
      expect(new URL(page.url()).host).toBe(server.address)
    }
    expect(complaints).toEqual([])
    expect([...origins]).toEqual([`http://${server.address}`])
  })
})
