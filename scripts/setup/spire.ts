/**
 * Real SPIRE server and agent, built from test/spire/go.mod: no package carries the programs, and their own module cannot be
 * installed by `go install`. The stamp is written last and holds what they were built from.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { onPath, run, SetupFailure } from './run.ts'

const VERSION = '1.15.3'
const MODULE = 'test/spire'
const FOLDER = '.tools/spire'
const STAMP = join(FOLDER, 'built-from.txt')
/** The stub stands in for a library of a plugin that is never configured, and that is not served as a module. */
const SOURCES = ['go.mod', 'go.sum', 'ejbcastub/go.mod', 'ejbcastub/api/ejbca/stub.go']

export const SPIRE_SERVER = join(FOLDER, 'spire-server')
export const SPIRE_AGENT = join(FOLDER, 'spire-agent')
export const SPIRE_TITLE = `SPIRE ${VERSION} (built with Go: about 9 minutes on two cores, 2 where Go has cached it)`

export function spireIsReady(): boolean {
  return (
    [SPIRE_SERVER, SPIRE_AGENT, STAMP].every((file) => existsSync(file)) && readFileSync(STAMP, 'utf8') === builtFrom()
  )
}

export async function installSpire(): Promise<void> {
  if (onPath('go') === undefined) {
    throw new SetupFailure('Go is missing, and SPIRE is built from source: install Go 1.26 or newer, then try again')
  }
  // Without one Go leaves SQLite out and says nothing; the server then fails at its start.
  const [compiler = 'gcc'] = process.env['CC']?.split(' ') ?? []
  if (onPath(compiler) === undefined) {
    throw new SetupFailure(
      `${compiler} is missing, and SPIRE's store (SQLite) is C: install a C compiler, or name it in CC`,
    )
  }
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  const built = await run('go', [
    ...['-C', MODULE, 'build', '-trimpath', '-ldflags', '-s -w', '-o', resolve(FOLDER)],
    ...['github.com/spiffe/spire/cmd/spire-server', 'github.com/spiffe/spire/cmd/spire-agent'],
  ])
  if (built.code !== 0) {
    throw new SetupFailure(
      `SPIRE could not be built:\n${built.tail}\nGo 1.26 or newer is needed, and a Go module proxy that answers`,
    )
  }
  writeFileSync(STAMP, builtFrom())
}

function builtFrom(): string {
  return SOURCES.map((file) => readFileSync(join(MODULE, file), 'utf8')).join('')
}
