/** The list of a file, read once; the shared one is read in test/integration/ledger-commands.test.ts. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readRevocations } from '../../../../src/app/ledger/read-revocations.ts'
import { BLANK_QUERY, type RevocationQuery } from '../../../../src/check/revocation/revocation.ts'
import { configText, loadText } from '../../config/config-file.ts'

const QUERY: RevocationQuery = {
  ...BLANK_QUERY,
  issuer: 'https://as.example.com',
  sessionId: 'cut-off',
  issuedAtSeconds: 1,
}
const ENTRY = {
  id: 'rv-1',
  kind: 'session',
  value: 'cut-off',
  issuedBefore: '2026-11-23T10:00:00Z',
  at: '2026-11-23T10:00:00Z',
}

async function found(content: string | undefined, sessionId = 'cut-off') {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-list-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'revocations.json')
  if (content !== undefined) await writeFile(file, content)
  const loaded = await loadText(configText({ top: { revocation: `{ file: ${JSON.stringify(file)} }` } }))
  if (!loaded.ok) throw new Error('must load')
  return (await readRevocations(loaded.config, { redis: undefined })).find({ ...QUERY, sessionId }, Date.now() / 1000)
}

describe('the file of revocations, for who does not serve', () => {
  const good = JSON.stringify({ version: 1, revocations: [ENTRY] })

  test('tells what is revoked, and what is not', async () => {
    expect(await found(good)).toEqual({ kind: 'revoked', revocation: { id: 'rv-1', kind: 'session' } })
    expect(await found(good, 'another')).toEqual({ kind: 'clear' })
  })

  test.each([
    ['not there: the server may run on another machine', undefined, 'the file of revocations cannot be read here'],
    ['no list', '{"version":1}', 'the file of revocations is no such list'],
  ])('%s: it tells nothing', async (_, content, detail) => {
    expect(await found(content)).toEqual({ kind: 'stale', detail })
  })

  test('without a file and without Redis nothing is revoked', async () => {
    const loaded = await loadText(configText())
    if (!loaded.ok) throw new Error('must load')
    const list = await readRevocations(loaded.config, { redis: undefined })
    expect(list.find(QUERY, Date.now() / 1000)).toEqual({ kind: 'clear' })
  })
})
