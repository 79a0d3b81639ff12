import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { packageFiles } from '../../../scripts/image/packages.ts'
import { isNeeded, staleLines } from '../../../scripts/image/trim.ts'

test.each([
  ['yaml', 'package.json'],
  ['yaml', 'dist/doc/Document.js'],
  ['yaml', 'dist/compose/compose-doc.js'],
  ['lru-cache', 'LICENSE.md'],
  ['reflect-metadata', 'CopyrightNotice.txt'],
  ['protobufjs', 'google/protobuf/api.json'],
  ['@grpc/grpc-js', 'proto/channelz.proto'],
  ['@peculiar/x509', 'build/x509.cjs.js'],
  ['@opentelemetry/core', 'build/src/index.js'],
  ['yargs', 'package.json'],
  ['somebody', 'src/v3/index.js'],
])('%s: %s goes into the image', (packageName, path) => {
  expect(isNeeded(packageName, path)).toBe(true)
})

test.each([
  ['jose', 'dist/types/index.d.ts'],
  ['jose', 'README.md'],
  ['lru-cache', 'dist/esm/node/index.js.map'],
  ['bintrees', 'test/test_api.js'],
  ['protobufjs', 'dist/protobuf.js'],
  ['yaml', 'browser/index.js'],
  ['yargs', 'build/index.cjs'],
  ['@opentelemetry/core', 'build/esnext/index.js'],
  ['zod', 'v4/core/api.cjs'],
  ['zod', 'src/index.js'],
  ['pino', '.taprc'],
])('%s: %s does not', (packageName, path) => {
  expect(isNeeded(packageName, path)).toBe(false)
})

test('every line of the table still matches something that is installed', () => {
  expect(staleLines(packageFiles('.'))).toEqual([])
})

test('a line whose package has changed its layout is named', () => {
  const files = packageFiles('.').filter(({ packageName }) => packageName !== 'protobufjs')
  expect(staleLines(files)).toEqual(['/^dist\\// of /^protobufjs$/'])
})

test('nested packages are files of their own name, once', () => {
  const files = packageFiles('.')
  expect(existsSync('node_modules/tsyringe/node_modules/tslib')).toBe(true)
  const nested = files.filter(({ file }) => file === 'node_modules/tsyringe/node_modules/tslib/tslib.js')
  expect(nested).toEqual([{ packageName: 'tslib', path: 'tslib.js', file: nested[0]?.file }])
})
