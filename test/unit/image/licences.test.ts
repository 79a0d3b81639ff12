import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Lock, runtimePackages } from '../../../scripts/image/packages.ts'
import { licenceFaults } from '../../../scripts/image-check/licences.ts'

const lockOf = (entry: object): Lock => ({ packages: { '': {}, 'node_modules/a': entry } })

test('the run-time packages of this checkout all come under terms of the list', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock
  const declared = (folder: string) => JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).license
  expect(licenceFaults(lock, declared)).toEqual([])
  expect(runtimePackages(lock)).toContain('node_modules/jose')
  expect(runtimePackages(lock)).not.toContain('node_modules/vitest')
})

test.each([['MIT'], ['BlueOak-1.0.0']])('%s is on the list', (license) => {
  expect(licenceFaults(lockOf({ license }), () => license)).toEqual([])
})

test.each([['GPL-3.0-only'], ['MIT OR GPL-3.0-only'], ['UNLICENSED'], ['mit'], [undefined]])(
  '%s is not, and is named',
  (license) => {
    const entry = license === undefined ? {} : { license }
    const [fault] = licenceFaults(lockOf(entry), () => license)
    expect(fault).toBe(`node_modules/a: ${license ?? 'no licence'} is not on the list`)
  },
)

test('a package that says otherwise than the lock is a fault', () => {
  expect(licenceFaults(lockOf({ license: 'MIT' }), () => 'BUSL-1.1')).toEqual([
    'node_modules/a: package-lock.json says MIT, its package.json BUSL-1.1',
  ])
})

test.each([['dev'], ['optional'], ['devOptional']])('what is %s does not run, and may come under any terms', (flag) => {
  expect(licenceFaults(lockOf({ license: 'BUSL-1.1', [flag]: true }), () => 'BUSL-1.1')).toEqual([])
})
