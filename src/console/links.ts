/** Addresses inside the console. Values of others go through one encoder. */

/** Members that are undefined or empty are left out. */
export function linkTo(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    return value === undefined || value === '' ? [] : [`${name}=${encodeURIComponent(value.toWellFormed())}`]
  })
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`
}

export function caseLink(kind: string, value: string, issuer?: string): string {
  return linkTo('/console/case', { kind, value, issuer })
}
