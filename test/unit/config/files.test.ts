import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatFault } from '../../../src/config/fault.ts'
import { findFileFaults } from '../../../src/config/files.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { configText, inFolder } from './config-file.ts'

test('files that must be there are told at their places; the list of revocations may come later', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'holdfast.yaml')
    const top = {
      server: '{ tls: { certificate: c.pem, key: k.pem, clientCa: ca.pem } }',
      revocation: '{ file: r.json }',
      admin: '{ tls: { certificate: c.pem, key: none.pem } }',
    }
    await writeFile(path, configText({ top, issuer: { keys: '{ jwksFile: jwks.json }' } }))
    await writeFile(join(folder, 'c.pem'), 'x')
    await writeFile(join(folder, 'k.pem'), '')
    const loaded = await loadConfig(path, 'holdfast.yaml')
    if (!loaded.ok) throw new Error('must load')
    const faults = (await findFileFaults(loaded)).map((fault) => formatFault(fault).replaceAll(folder, 'DIR'))
    const mend = 'mend the path, the file or its permissions'
    expect(faults).toEqual([
      `holdfast.yaml:1:43: server.tls.key: the file DIR/k.pem is empty; ${mend}`,
      `holdfast.yaml:1:60: server.tls.clientCa: the file DIR/ca.pem cannot be read: there is no such file; ${mend}`,
      `holdfast.yaml:3:42: admin.tls.key: the file DIR/none.pem cannot be read: there is no such file; ${mend}`,
      `holdfast.yaml:6:23: issuers[0].keys.jwksFile: the file DIR/jwks.json cannot be read: there is no such file; ${mend}`,
    ])
  })
})
