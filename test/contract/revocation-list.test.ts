import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openFileRevocations } from '../../src/adapters/files/file-revocation-list.ts'
import { buildRevocationIndex } from '../../src/check/revocation/revocation-index.ts'
import { toRawEntry } from '../../src/revocations/raw-entry.ts'
import { writeDocument } from '../../src/revocations/revocation-document.ts'
import { revocationListContract } from './revocation-list.contract.ts'
import { NOW } from './revocation-list-cases.ts'

/** Long before NOW, so that nothing is left out as ended when the list is built. */
const BUILT = NOW - 1000

revocationListContract('the index', async (entries) => buildRevocationIndex(entries, BUILT))

revocationListContract('the watched file', async (entries) => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-revocations-'))
  const file = join(folder, 'revocations.json')
  await writeFile(file, writeDocument(entries.map(toRawEntry)))
  const events = { applied: () => {}, entryRefused: () => {}, failed: () => {} }
  const list = openFileRevocations(file, { clock: { nowMs: () => BUILT * 1000 }, events })
  await list.start()
  onTestFinished(async () => {
    list.close()
    await rm(folder, { recursive: true })
  })
  return list
})
