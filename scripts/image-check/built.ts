/** What `npm run image` hands to the tests of test/image/. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Lock } from '../image/packages.ts'
import type { ImageConfig } from './buildah.ts'

export interface Built {
  readonly config: ImageConfig
  /** The folder with the content of the image. */
  readonly content: string
  /** The same of a second build of the same tree. */
  readonly again: string
  /** package-lock.json as the build read it. */
  readonly lock: Lock
}

const FILE = '.tools/image-built.json'

export function writeBuilt(built: Built): void {
  writeFileSync(FILE, JSON.stringify(built))
}

/** Throws when no image was built. */
export function readBuilt(): Built {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as Built
  } catch (cause) {
    throw new Error('there is no image yet: type npm run image', { cause })
  }
}
