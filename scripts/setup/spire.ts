/** Real SPIRE server and agent, built from test/spire/go.mod. */
import { join } from 'node:path'
import { type GoBuild, goBuildIsReady, installGoBuild, requireGo } from './go-build.ts'
import { onPath, SetupFailure } from './run.ts'

const VERSION = '1.15.3'
const BUILD: GoBuild = {
  what: 'SPIRE',
  module: 'test/spire',
  // The stub stands in for a library of a plugin that is never configured, and that is not served as a module.
  sources: ['go.mod', 'go.sum', 'ejbcastub/go.mod', 'ejbcastub/api/ejbca/stub.go'],
  folder: '.tools/spire',
  programs: ['spire-server', 'spire-agent'],
  packages: ['github.com/spiffe/spire/cmd/spire-server', 'github.com/spiffe/spire/cmd/spire-agent'],
  linkerFlags: '-s -w',
}

export const SPIRE_SERVER = join(BUILD.folder, 'spire-server')
export const SPIRE_AGENT = join(BUILD.folder, 'spire-agent')
export const SPIRE_TITLE = `SPIRE ${VERSION} (built with Go: about 9 minutes on two cores, 2 where Go has cached it)`

export function spireIsReady(): boolean {
  return goBuildIsReady(BUILD)
}

export async function installSpire(): Promise<void> {
  requireGo(BUILD)
  // Without one Go leaves SQLite out and says nothing; the server then fails at its start.
  const [compiler = 'gcc'] = process.env['CC']?.split(' ') ?? []
  if (onPath(compiler) === undefined) {
    throw new SetupFailure(
      `${compiler} is missing, and SPIRE's store (SQLite) is C: install a C compiler, or name it in CC`,
    )
  }
  await installGoBuild(BUILD)
}
