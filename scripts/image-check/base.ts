/**
 * A stand-in for the base image that the Dockerfile names, under that very name: Debian's essential packages, and Node and npm
 * where the image `node` has them. Its content is not that of the true image; docs/image.md says what that leaves unproven.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onPath, run, SetupFailure } from '../setup/run.ts'
import { buildah, commit, hasImage } from './buildah.ts'

const SUITE = 'bookworm'
/** Node needs it; in the image `node` it comes with apt. */
const INCLUDED = 'libstdc++6'
const DEBIAN = resolve('.tools/image-base.tar')

/** Takes about a minute the first time. Throws a SetupFailure. */
export async function makeBase(image: string): Promise<void> {
  const [name, tag = ''] = image.split(':')
  if (name !== 'node' || !tag.endsWith(`-${SUITE}-slim`))
    throw new SetupFailure(`${image}: the stand-in for the base is made for node:VERSION-${SUITE}-slim only`)
  if (!tag.startsWith(`${process.versions.node}-`))
    throw new SetupFailure(
      `${image}: the Node of the packages is ${process.versions.node}; the Dockerfile must name the same`,
    )
  const standIn = `stand-in:${recipe()}`
  if (!hasImage(standIn)) await makeStandIn(standIn)
  buildah(['tag', standIn, image])
}

/** Another recipe or another Node makes another stand-in. */
function recipe(): string {
  const self = readFileSync(fileURLToPath(import.meta.url))
  return createHash('sha256').update(self).update(process.version).digest('hex').slice(0, 16)
}

async function makeStandIn(image: string): Promise<void> {
  await makeDebian()
  const container = buildah(['from', 'scratch'])
  const npm = npmFolder()
  buildah(['add', container, DEBIAN, '/'])
  buildah(['copy', container, process.execPath, '/usr/local/bin/node'])
  buildah(['copy', container, join(dirname(dirname(realpathSync(process.execPath))), 'LICENSE'), '/usr/local/LICENSE'])
  buildah(['copy', container, npm, '/usr/local/lib/node_modules/npm'])
  const link = ['ln', '-s', '../lib/node_modules/npm/bin/npm-cli.js', '/usr/local/bin/npm']
  buildah(['run', '--isolation', 'chroot', container, '--', ...link])
  commit(container, image)
}

async function makeDebian(): Promise<void> {
  const perl = onPath('perl')
  if (perl === undefined) throw new SetupFailure('perl is needed: apt-get install perl')
  mkdirSync(dirname(DEBIAN), { recursive: true })
  const settings = ['--quiet', '--variant=essential', `--include=${INCLUDED}`]
  const made = await run(perl, ['.tools/buildah/usr/bin/mmdebstrap', ...settings, SUITE, DEBIAN])
  if (made.code !== 0) throw new SetupFailure(`mmdebstrap failed:\n${made.tail}`)
}

/** The npm that runs this script. */
function npmFolder(): string {
  const entry = process.env['npm_execpath']
  if (entry === undefined) throw new SetupFailure('type this as npm run image')
  return dirname(dirname(realpathSync(entry)))
}
