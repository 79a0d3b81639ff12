import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { watchFile } from '../../../../src/adapters/files/watched-file.ts'
import { jwksText } from '../../../support/jwks-server.ts'
import { makeKey } from '../../../support/jws.ts'
import { ALGORITHMS, ISSUER, makeJwksWorld } from './jwks-fixture.ts'

const PATIENCE = { timeout: 4_000, interval: 10 }

it('C14 a key set in a real file: missing, then there, then rotated by a rename, then removed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-jwks-'))
  const path = join(folder, 'jwks.json')
  const source = { issuer: ISSUER, algorithms: ALGORITHMS, kind: 'file', path } as const
  const { keys } = makeJwksWorld([source], { watch: (file, onChange) => watchFile(file, onChange, { pollMs: 20 }) })
  const kidFound = (kid: string) => {
    const found = keys.find(ISSUER, kid, 'ES256')
    return 'kind' in found && found.kind === 'keys' && found.keys.length === 1
  }
  try {
    await keys.start()
    expect(keys.ready()).toEqual([{ issuer: ISSUER, ready: false, detail: 'the file does not exist' }])

    await writeFile(path, jwksText([{ kid: 'old', key: makeKey() }]))
    await expect.poll(() => kidFound('old'), PATIENCE).toBe(true)

    await writeFile(`${path}.new`, jwksText([{ kid: 'new', key: makeKey() }]))
    await rename(`${path}.new`, path)
    await expect.poll(() => kidFound('new'), PATIENCE).toBe(true)
    expect(kidFound('old')).toBe(false)

    await rm(path)
    await expect.poll(() => keys.ready()[0]?.detail, PATIENCE).toBe('last good set: the file does not exist')
    expect(kidFound('new')).toBe(true)
  } finally {
    keys.stop()
    await rm(folder, { recursive: true })
  }
})
