/** What is in the image, and what is not (A2 Images, D5). */
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runtimeNames, runtimePackages } from '../../scripts/image/packages.ts'
import { readBuilt } from '../../scripts/image-check/built.ts'
import { entriesOf } from '../../scripts/image-check/content.ts'
import { megabytes } from '../../scripts/image-check/report.ts'

const MAX_MB = 140
const { config, content, again, lock } = readBuilt()
const entries = entriesOf(content)
const files = entries.filter(({ kind }) => kind === 'file')
const read = (path: string) => readFileSync(join(content, path), 'utf8')

/** By what the kernel looks at, not by name. */
function isProgram(path: string): boolean {
  const head = readFileSync(join(content, path)).subarray(0, 4).toString('latin1')
  return head.startsWith('#!') || head === '\x7fELF'
}

describe('the image', () => {
  test(`is at most ${MAX_MB} MB, unpacked`, () => {
    expect(megabytes(files)).toBeLessThanOrEqual(MAX_MB)
  })

  test('has no program but node and Holdfast: no shell, no package manager', () => {
    const executable = files.filter(({ path, mode }) => (mode & 0o111) !== 0 || isProgram(path)).map(({ path }) => path)
    const libraries = executable.filter((path) => /\.so(?:\.\d+)*$/.test(path))
    expect(libraries.map((path) => basename(path))).toEqual(
      expect.arrayContaining(['libc.so.6', 'libstdc++.so.6', 'libm.so.6']),
    )
    const programs = executable.filter((path) => !libraries.includes(path))
    expect(programs).toEqual(['/opt/holdfast/dist/main.js', '/usr/local/bin/node'])
  })

  test('has no setuid, setgid or special file, and only /tmp can be written', () => {
    expect(entries.filter(({ kind }) => kind === 'other')).toEqual([])
    expect(files.filter(({ mode }) => (mode & 0o7000) !== 0)).toEqual([])
    const writable = entries.filter(({ kind, mode }) => kind !== 'link' && (mode & 0o022) !== 0)
    expect(writable.map(({ path, mode }) => [path, mode])).toEqual([['/tmp', 0o1777]])
  })

  test('is owned by root, so that its user can change nothing', () => {
    expect(entries.filter(({ uid, gid }) => uid !== 0 || gid !== 0)).toEqual([])
  })

  test('has links that lead somewhere inside it', () => {
    const links = entries.filter(({ kind }) => kind === 'link')
    expect(links.map(({ path, content: target }) => [path, target])).toEqual([
      ['/usr/local/bin/holdfast', '/opt/holdfast/dist/main.js'],
    ])
    expect(existsSync(join(content, '/opt/holdfast/dist/main.js'))).toBe(true)
  })

  test('holds the run-time packages of the lock, and no other', () => {
    const packages = files
      .filter(({ path }) => /^\/opt\/holdfast\/(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/.test(path))
      .map(({ path }) => path.slice('/opt/holdfast/'.length, -'/package.json'.length))
    expect(packages.toSorted()).toEqual(runtimePackages(lock).toSorted())
  })

  test('holds proto/ and envoy/ as they are, the licence, and no source, test, map or declaration', () => {
    expect(read('/opt/holdfast/LICENSE')).toBe(readFileSync('LICENSE', 'utf8'))
    for (const file of ['proto/envoy/service/auth/v3/external_auth.proto', 'envoy/sidecar.yaml'])
      expect(read(`/opt/holdfast/${file}`)).toBe(readFileSync(file, 'utf8'))
    const unwanted = /\.(?:ts|mts|cts|map|test\.js|md)$|\/(?:\.git|\.npmrc|\.tools|package-lock\.json)/
    expect(
      files.filter(({ path }) => unwanted.test(path) && !/licen[cs]e/i.test(path) && !/AUTHORS/.test(path)),
    ).toEqual([])
  })

  test('records the Debian packages of its libraries for scanners, with their terms', () => {
    const records = files
      .filter(({ path }) => path.startsWith('/var/lib/dpkg/status.d/'))
      .map(({ path }) => basename(path))
    expect(records).toEqual(expect.arrayContaining(['libc6', 'libgcc-s1', 'libstdc++6']))
    for (const name of records) {
      expect(read(`/var/lib/dpkg/status.d/${name}`)).toMatch(/^Version: \S+$/m)
      expect(existsSync(join(content, `/usr/share/doc/${name}/copyright`))).toBe(true)
    }
    expect(read('/etc/os-release')).toMatch(/^ID=debian$/m)
  })

  test('carries its bill of materials: every package of it, and Node', () => {
    const bom = JSON.parse(read('/opt/holdfast/sbom.cdx.json'))
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'holdfast' } } })
    const named = bom.components.map(({ name, version }: Record<string, string>) => `${name}@${version}`)
    const node = `node@${process.versions.node}`
    expect(new Set(named)).toEqual(new Set([...runtimeNames(lock), node]))
    // npm's own --omit would lose these: something for development needs them too.
    expect(named).toEqual(expect.arrayContaining([expect.stringMatching(/^jose@/), expect.stringMatching(/^zod@/)]))
    expect(bom.dependencies.map(({ ref }: { ref: string }) => ref)).toContain(bom.metadata.component['bom-ref'])
  })
})

describe('its configuration', () => {
  test('names a numeric user without rights, the server as what runs, and no port', () => {
    expect(config).toMatchObject({ User: '65532:65532', Entrypoint: ['/usr/local/bin/holdfast'], Cmd: ['serve'] })
    expect(config.ExposedPorts).toBeUndefined()
    expect(config.Healthcheck.Test[0]).toBe('CMD')
  })

  test('is labelled as the OCI names it', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    const label = (name: string) => config.Labels[`org.opencontainers.image.${name}`]
    expect(label('version')).toBe(version)
    expect(label('licenses')).toBe('Apache-2.0')
    expect(label('base.name')).toMatch(/^node:\d/)
    expect(label('revision')).toMatch(/^[0-9a-f]{40}$|^unknown$/)
  })

  test('holds no secret that the build was given', () => {
    expect(JSON.stringify(config)).not.toMatch(/npmrc|_authToken|_password|run\/secrets/)
    expect(files.filter(({ path }) => /npmrc|run\/secrets/.test(path))).toEqual([])
  })
})

test('a second build of the same tree is the same to the byte, times and modes included', () => {
  expect(entriesOf(again)).toEqual(entries)
})
