/**
 * Chromium for the tests of the console and the pictures: the one that the machine has, else Debian's package with what it
 * needs, laid into the checkout like the others: nothing is installed, no root needed.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { extractDebianPackages, withMissingDependencies } from './debian.ts'
import { onPath, SetupFailure } from './run.ts'

export interface ChromiumPlace {
  readonly executablePath: string
  /** What it needs beside the environment that there is. */
  readonly env: Readonly<Record<string, string>>
}

const FOLDER = '.tools/chromium'
const PROGRAM = 'usr/lib/chromium/chromium'
const NAMES = ['chromium', 'google-chrome-stable', 'google-chrome']
const LIBRARIES = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' } as const

/** Named by CHROMIUM, on the PATH, or of `.tools`; undefined where there is none. */
export function findChromium(): ChromiumPlace | undefined {
  const named = [process.env['CHROMIUM'], ...NAMES.map(onPath)]
  const installed = named.find((path) => path !== undefined && existsSync(path))
  if (installed !== undefined) return { executablePath: installed, env: {} }
  const extracted = resolve(FOLDER, PROGRAM)
  return existsSync(extracted) ? { executablePath: extracted, env: environment(resolve(FOLDER)) } : undefined
}

export async function installChromium(): Promise<void> {
  const dependencies = await withMissingDependencies('chromium')
  // Chromium itself last: once it is there, all are.
  await extractDebianPackages('chromium', [...dependencies.filter((name) => name !== 'chromium'), 'chromium'])
  if (findChromium() === undefined) throw new SetupFailure(`Debian's chromium did not bring ${PROGRAM}`)
}

function environment(root: string): Readonly<Record<string, string>> {
  const triplet = LIBRARIES[process.arch as keyof typeof LIBRARIES] ?? ''
  const folders = [`usr/lib/${triplet}`, `lib/${triplet}`, `usr/lib/${triplet}/pulseaudio`]
  const libraries = folders.map((folder) => join(root, folder)).filter((path) => existsSync(path))
  const fonts = join(root, 'etc/fonts/fonts.conf')
  return {
    LD_LIBRARY_PATH: libraries.join(':'),
    // They came along only where the machine has none of its own. Fontconfig looks for `fonts` in the folder of XDG.
    ...(existsSync(fonts) ? { FONTCONFIG_FILE: fonts, XDG_DATA_HOME: join(root, 'usr/share') } : {}),
  }
}
