/** The console over a real embedded ledger and the real judgement, as the server wires it. */
import { describe, expect, it } from 'vitest'
import { makeConsole } from '../../../src/console/console.ts'
import { ledgerData } from '../../support/console-ledger.ts'
import { NOW_MS } from '../../support/console-samples.ts'

async function get(path: string): Promise<string> {
  const [bare = '', query = ''] = path.split('?')
  return (await makeConsole(await ledgerData(), () => NOW_MS)({ path: bare, query })).body
}

describe('the console over a ledger', () => {
  it('leads from an incident to its case, with both senders and the commands', async () => {
    const [, link = ''] = /href="(\/console\/case\?kind=decision[^"]*)"/.exec(await get('/console/')) ?? []
    const page = await get(link.replaceAll('&amp;', '&'))
    expect(page).toContain('<h1 id="finding">Cloned</h1>')
    expect(page).toContain('spiffe://prod.example/<wbr>ns/<wbr>batch/<wbr>sa/<wbr>report-export')
    expect(page).toContain('holdfast revoke')
    expect(page.match(/>differs</g)).toHaveLength(6)
  })

  it('leads from a session to its case by the name that the ledger gives it', async () => {
    const links = [...(await get('/console/sessions')).matchAll(/href="(\/console\/case\?kind=session[^"]*)"/g)]
    expect(links).toHaveLength(7)
    for (const [, link = ''] of links) expect(await get(link.replaceAll('&amp;', '&'))).not.toContain('Nothing known')
  })

  it('says where was looked when nothing is known', async () => {
    const page = await get('/console/case?kind=client&value=nobody')
    expect(page).toContain('Nothing known')
    expect(page).toContain('Where was looked')
  })

  it.each([
    ['', 7],
    ['unbound=1', 1],
    ['revoked=1', 1],
    ['stale=1', 1],
    ['client=ci-runner', 4],
    ['long-lived=30d', 1],
    ['subject=nobody', 0],
  ])('filters as the command line does: %s', async (query, count) => {
    expect(JSON.parse(await get(`/console/api/sessions?${query}`)).sessions).toHaveLength(count)
  })
})
