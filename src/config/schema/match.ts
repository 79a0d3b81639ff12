/** Key `routes[].match`: which requests a route takes. Paths are plain: what servers read in more than one way is refused. */
import { isIPv6 } from 'node:net'
import * as z from 'zod'
import { listOf, text } from './fields.ts'

const LABEL = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/
const MAX_HOST_CHARACTERS = 253
const KNOWN_METHODS: ReadonlySet<string> = new Set([
  ...['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'QUERY'],
])

/** Why `value` is no `host` or `host:port` to compare with `:authority`. */
export function authorityFault(value: string): string | undefined {
  if (value.includes('*')) return 'holds a wildcard; name each authority'
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(value) ?? []
  if (!isHost(host) || value.includes('/')) {
    return 'is no authority; write host or host:port as in the Host header (international names in their xn-- form)'
  }
  if (port === undefined || (/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535)) return undefined
  return 'has no port between 1 and 65535 behind its colon; mend it or leave the colon out'
}

function isHost(host: string): boolean {
  if (host.startsWith('[')) return isIPv6(host.slice(1, -1))
  return host.length <= MAX_HOST_CHARACTERS && host.split('.').every((label) => LABEL.test(label))
}

/** Why `value` is no plain path. */
function pathFault(value: string): string | undefined {
  if (!value.startsWith('/')) return 'does not start with a slash; write the absolute path'
  if (/[?#]/.test(value)) return 'holds a query or fragment; a route matches the path only'
  if (value.includes('//')) return 'holds an empty segment (//); servers differ in reading it, write a plain path'
  if (/%/.test(value)) return 'holds percent-encoding; servers differ in reading it, match the segments before it'
  if (/(?:^|\/)\.{1,2}(?:\/|$)/.test(value)) return 'holds a dot segment; write the path that it stands for'
  if (/[;\\]/.test(value)) return 'holds ; or \\; servers differ in reading it, match the segments before it'
  if (/[^\x21-\x7e]|["<>^`{|}]/.test(value)) return 'holds characters that no path has; match the segments before them'
  return undefined
}

function prefixFault(value: string): string | undefined {
  if (value.endsWith('/*')) return 'ends in a wildcard; leave out /*, a prefix takes all below it on whole segments'
  if (value.length > 1 && value.endsWith('/')) {
    return 'ends in a slash; leave it out, a prefix takes all below it on whole segments'
  }
  return pathFault(value)
}

const method = text((value) => {
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/.test(value)) return 'is no method; write it as in the request, such as GET'
  const upper = value.toUpperCase()
  return value !== upper && KNOWN_METHODS.has(upper)
    ? `is not a method as requests have it; methods are case-sensitive, write ${upper}`
    : undefined
})

export const match = z
  .strictObject({
    authority: text(authorityFault)
      .optional()
      .describe('`host` or `host:port` as in `:authority`, compared without case; the default port may be left out.'),
    authorities: listOf(text(authorityFault))
      .min(1)
      .optional()
      .describe('The same for several; instead of `authority`.'),
    pathPrefix: text(prefixFault)
      .optional()
      .describe(
        'Path whose whole segments start the path of the request: `/v1` takes `/v1` and `/v1/x`, not `/v10`. Default `/`.',
      ),
    path: text(pathFault).optional().describe('The whole path, exactly; instead of `pathPrefix`.'),
    methods: listOf(method).min(1).nullable().default(null).describe('Methods, case-sensitive; null for all.'),
  })
  .superRefine(({ authority, authorities, pathPrefix, path }, context) => {
    const add = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    if (authority === undefined && authorities === undefined)
      add([], 'names no authority; add authority or authorities')
    if (authority !== undefined && authorities !== undefined) add(['authorities'], 'stands beside authority; keep one')
    if (path !== undefined && pathPrefix !== undefined) add(['path'], 'stands beside pathPrefix; keep one')
  })
  .describe('The requests that the route takes; the longest path wins, and no two routes may take the same.')
