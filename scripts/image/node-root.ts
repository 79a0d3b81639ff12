/**
 * What of the base image goes into the last stage: the program node, the shared libraries that it has loaded, and for scanners
 * and lawyers the records of the Debian packages that these come from. No shell, no package manager, nothing else.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

export interface Piece {
  /** In the image. */
  readonly path: string
  readonly content: Buffer | string
  readonly executable?: boolean
}

const NODE_LICENCE = '/usr/local/LICENSE'
const USER = 65532

/** Throws when the base is not a Debian with Node in /usr/local, as the image `node` is. */
export function nodeRoot(): readonly Piece[] {
  const libraries = sharedLibraries()
  return [
    { path: '/usr/local/bin/node', content: readFileSync(process.execPath), executable: true },
    ...libraries.map((path) => ({ path, content: readFileSync(path), executable: true })),
    ...[...new Set(libraries.map(packageOf))].flatMap(packageRecord),
    { path: '/usr/share/doc/node/LICENSE', content: readFileSync(NODE_LICENCE) },
    { path: '/etc/os-release', content: readFileSync('/etc/os-release') },
    { path: '/etc/passwd', content: `nonroot:x:${USER}:${USER}:nonroot:/nonexistent:/sbin/nologin\n` },
    { path: '/etc/group', content: `nonroot:x:${USER}:\n` },
    { path: '/etc/nsswitch.conf', content: 'hosts: files dns\n' },
  ]
}

/** Node tells itself what the loader gave it; vDSO has no file. */
function sharedLibraries(): readonly string[] {
  const report = process.report.getReport() as unknown as { readonly sharedObjects: readonly string[] }
  return report.sharedObjects.filter((path) => path.startsWith('/') && path !== process.execPath).sort()
}

/** On a merged /usr a file may be on record under its other name. */
function packageOf(library: string): string {
  const other = library.startsWith('/usr/') ? library.slice('/usr'.length) : `/usr${library}`
  for (const path of [library, other]) {
    const { status, stdout } = spawnSync('dpkg-query', ['--search', path], { encoding: 'utf8' })
    const name = /^([^\s:,]+)[^,]*: /.exec(stdout ?? '')?.[1]
    if (status === 0 && name !== undefined) return name
  }
  throw new Error(`${library} is of no Debian package`)
}

/** Where scanners look in images without a package manager: /var/lib/dpkg/status.d. */
function packageRecord(name: string): readonly Piece[] {
  const { status, stdout } = spawnSync('dpkg-query', ['--status', name], { encoding: 'utf8' })
  const copyright = `/usr/share/doc/${name}/copyright`
  if (status !== 0 || !existsSync(copyright)) throw new Error(`${name} has no record, or no ${copyright}`)
  return [
    { path: `/var/lib/dpkg/status.d/${name}`, content: stdout },
    { path: copyright, content: readFileSync(copyright) },
  ]
}
