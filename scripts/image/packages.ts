/** The packages of node_modules, every file of each, and which of them run. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export interface PackageFile {
  /** As it is required: `name` or `@scope/name`. */
  readonly packageName: string
  /** From the folder of the package, with `/`. */
  readonly path: string
  /** From the folder that holds node_modules. */
  readonly file: string
}

/** Files of all packages below `root`/node_modules, those nested in others too, in a fixed order. */
export function packageFiles(root: string): readonly PackageFile[] {
  return packageFolders(root, 'node_modules').flatMap((folder) => {
    const packageName = nameOf(folder)
    return filesOf(root, folder).map((file) => ({ packageName, path: file.slice(folder.length + 1), file }))
  })
}

function packageFolders(root: string, modules: string): string[] {
  if (!existsSync(join(root, modules))) return []
  const names = readdirSync(join(root, modules)).filter((name) => !name.startsWith('.'))
  const folders = names.flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(root, modules, name)).map((inner) => `${name}/${inner}`) : [name],
  )
  return folders
    .map((name) => `${modules}/${name}`)
    .flatMap((folder) => [folder, ...packageFolders(root, `${folder}/node_modules`)])
    .sort()
}

/** Without the packages that are nested in it, and without links. */
function filesOf(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesOf(root, path)
      return entry.isFile() ? [path] : []
    })
    .sort()
}

export interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

interface LockedPackage {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly devOptional?: boolean
}

/** Folders of the packages that run: neither for development nor optional. */
export function runtimePackages(lock: Lock): readonly string[] {
  return Object.entries(lock.packages).flatMap(([folder, { dev, optional, devOptional }]) =>
    folder === '' || dev || optional || devOptional ? [] : [folder],
  )
}

/** `name@version` of each. */
export function runtimeNames(lock: Lock): ReadonlySet<string> {
  return new Set(runtimePackages(lock).map((folder) => `${nameOf(folder)}@${lock.packages[folder]?.version}`))
}

function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)
}
