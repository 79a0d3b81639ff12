/** What `docker build .` would send: files are planted in a copy of the tree, and what arrives is listed by a real build. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { buildah, buildImage, openImage } from '../../scripts/image-check/buildah.ts'
import { entriesOf } from '../../scripts/image-check/content.ts'
import { copyContext } from '../../scripts/image-check/context.ts'

const IMAGE = 'holdfast:context'
const TAKEN = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'LICENSE']
const PLANTED = [
  ...['.env', '.npmrc', '.git/config', '.tools/envoy/bin/envoy', 'node_modules/jose/index.js', 'dist/main.js'],
  ...['test/unit/a.test.ts', 'holdfast.yaml', 'key.json', 'token', '.world/issuer-key.json', 'reports/a.json'],
  ...['src/.env', 'src/cli/server.key', 'proto/ca.pem', 'envoy/tls/server.crt', 'scripts/demo.ts', 'src/a.jwk'],
]
const folder = mkdtempSync(join(tmpdir(), 'holdfast-context-'))
let container: string | undefined

afterAll(() => {
  if (container !== undefined) buildah(['rm', container])
  rmSync(folder, { recursive: true, force: true })
})

test('no secret, tool, test, repository or build gets into the context; what the build reads does', () => {
  copyContext(folder)
  for (const name of PLANTED) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), 'planted')
  }
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY . /\n')
  buildImage(folder, IMAGE, [])
  const opened = openImage(IMAGE)
  container = opened.container
  const arrived = entriesOf(opened.content)
    .filter(({ kind }) => kind === 'file')
    .map(({ path }) => path.slice(1))
  expect(arrived.filter((path) => PLANTED.includes(path))).toEqual([])
  const tops = new Set(arrived.map((path) => path.split('/')[0]))
  expect([...tops].toSorted()).toEqual([...TAKEN, 'envoy', 'proto', 'scripts', 'src'].toSorted())
  expect(arrived).toEqual(expect.arrayContaining(['src/main.ts', 'scripts/image/lay-out.ts']))
})
