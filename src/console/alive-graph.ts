/**
 * The graph of what is still alive, as inline SVG without script or style of its own: the case, by what it hangs together
 * with other sessions, and those sessions. Its text alternative is the title, the description, and the table below it.
 */
import type { Alive } from '../ledger/case/case.ts'
import { isUnbound } from '../ledger/inventory.ts'
import { html, type Markup } from './html.ts'

/** More sessions than that are in the table only: a drawing of hundreds tells nothing. */
const MAX_DRAWN = 12
const ROW_PX = 44
const WIDTH_PX = 880
const CASE = { x: 12, width: 130 }
const RELATION = { x: 290, width: 150 }
const SESSION = { x: 540, width: 328 }
const NODE_PX = 32
const MAX_TEXT = 42

interface Node {
  readonly x: number
  readonly width: number
  /** Of its middle. */
  readonly y: number
}

export function aliveGraph(alive: readonly Alive[], more: boolean): Markup {
  const drawn = alive.slice(0, MAX_DRAWN)
  const relations = [...new Set(drawn.flatMap(({ by }) => by))]
  const height = Math.max(drawn.length, relations.length) * ROW_PX + 12
  const middle: Node = { ...CASE, y: height / 2 }
  const relationNodes = new Map(
    relations.map((relation, index) => [relation, at(RELATION, index, relations.length, height)]),
  )
  const sessions = drawn.map((entry, index) => ({ entry, node: at(SESSION, index, drawn.length, height) }))
  const left = alive.length - drawn.length
  return html`<svg class="graph" viewBox="0 0 ${WIDTH_PX} ${height}" role="img" aria-labelledby="graph-title" aria-describedby="graph-desc">
<title id="graph-title">What is still alive</title>
<desc id="graph-desc">${describe(alive, drawn.length, left, more)}</desc>
${[...relationNodes.values()].map((node) => line(middle, node))}
${sessions.flatMap(({ entry, node }) => entry.by.map((relation) => line(relationNodes.get(relation) ?? middle, node)))}
${box(middle, 'This case', 'case')}
${[...relationNodes].map(([relation, node]) => box(node, `same ${relation}`, 'relation'))}
${sessions.map(({ entry, node }) => box(node, sessionText(entry), isUnbound(entry.session) ? 'session unbound' : 'session'))}
</svg>${left > 0 && html`<p class="hint">${left} more are in the table.</p>`}`
}

/** Spread evenly over the height. */
function at(column: { readonly x: number; readonly width: number }, index: number, of: number, height: number): Node {
  return { ...column, y: ((index + 0.5) * height) / of }
}

function line(from: Node, to: Node): Markup {
  const start = from.x + from.width
  const bend = (start + to.x) / 2
  return html`<path d="M${start} ${from.y}C${bend} ${from.y} ${bend} ${to.y} ${to.x} ${to.y}"/>`
}

function box({ x, y, width }: Node, text: string, className: string): Markup {
  return html`<g class="${className}"><rect x="${x}" y="${y - NODE_PX / 2}" width="${width}" height="${NODE_PX}" rx="6"/><text x="${x + 10}" y="${y + 4.5}">${text}</text></g>`
}

function sessionText({ session }: Alive): string {
  const { subject, client, holder } = session
  const unbound = isUnbound(session) ? 'unbound: ' : ''
  return `${unbound}${shortened(subject ?? client ?? holder ?? 'no subject', MAX_TEXT - unbound.length)}`
}

/** Both ends stay: names of workloads differ at theirs. Counted in characters, so that none is cut in two. */
function shortened(text: string, max: number): string {
  const chars = [...text]
  if (chars.length <= max) return text
  const kept = Math.floor((max - 1) / 2)
  return `${chars.slice(0, kept).join('')}…${chars.slice(-kept).join('')}`
}

function describe(alive: readonly Alive[], drawn: number, left: number, more: boolean): string {
  const relations = [...new Set(alive.flatMap(({ by }) => by))]
  const shared = relations.map((relation) => {
    return `${alive.filter(({ by }) => by.includes(relation)).length} by the same ${relation}`
  })
  const cut = left > 0 || more ? ` ${drawn} of them are drawn.` : ''
  return `${alive.length} sessions hang together with this case: ${shared.join(', ')}.${cut} The table below names them.`
}
