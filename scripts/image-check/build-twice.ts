/** The image of this checkout, built twice from nothing but the Dockerfile and the stand-in for its base. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Lock } from '../image/packages.ts'
import { buildImage, configOf, openImage } from './buildah.ts'
import type { Built } from './built.ts'
import { copyContext } from './context.ts'

const FIRST = 'holdfast:first'
const SECOND = 'holdfast:second'

/** The image that the Dockerfile builds on. Throws when it names none. */
export function baseOf(dockerfile: string): string {
  const found = /^ARG NODE_IMAGE=(\S+)$/m.exec(dockerfile)?.[1]
  if (found === undefined) throw new Error('the Dockerfile has no ARG NODE_IMAGE')
  return found
}

/** `onStart` is called before each build. */
export function buildTwice(onStart: (what: string) => void): Built {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-image-build-'))
  const context = join(folder, 'context')
  try {
    copyContext(context)
    const settings = [...registrySecrets(folder), '--build-arg', `REVISION=${revision()}`]
    const [content, again] = [FIRST, SECOND].map((image) => {
      onStart(image)
      buildImage(context, image, settings)
      return openImage(image).content
    })
    const lock = JSON.parse(readFileSync(join(context, 'package-lock.json'), 'utf8')) as Lock
    return { config: configOf(FIRST), content: content ?? '', again: again ?? '', lock }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Where npm of this machine fetches from, as the secrets that the Dockerfile takes: they are in no layer. */
function registrySecrets(folder: string): readonly string[] {
  const npmrc = join(folder, 'npmrc')
  const authority = npmSetting('cafile')
  const hasAuthority = authority !== undefined && existsSync(authority)
  const lines = [`registry=${npmSetting('registry')}`, ...(hasAuthority ? ['cafile=/run/secrets/ca'] : [])]
  const own = npmSetting('userconfig')
  const credentials = own !== undefined && existsSync(own) ? readFileSync(own, 'utf8') : ''
  writeFileSync(npmrc, `${credentials}\n${lines.join('\n')}\n`, { mode: 0o600 })
  return ['--secret', `id=npmrc,src=${npmrc}`, ...(hasAuthority ? ['--secret', `id=ca,src=${authority}`] : [])]
}

function npmSetting(name: string): string | undefined {
  const value = spawnSync('npm', ['config', 'get', name], { encoding: 'utf8' }).stdout.trim()
  return value === '' || value === 'null' || value === 'undefined' ? undefined : value
}

function revision(): string {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : 'unknown'
}
