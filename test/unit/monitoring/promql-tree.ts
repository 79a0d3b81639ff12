/** PromQL taken apart by the parser of Prometheus' own editor, for what the linter of dashboards asks. */
import { parser } from '@prometheus-io/lezer-promql'

export interface Selector {
  readonly metric: string
  /** Matchers by label, as they stand: `job` → `=~"$job"`. */
  readonly matchers: ReadonlyMap<string, string>
  /** Inside of `[…]`, and the function around it; undefined where there is none. */
  readonly range: string | undefined
  readonly callee: string | undefined
}

export interface Parsed {
  /** Where the text is no PromQL. */
  readonly faults: readonly string[]
  readonly selectors: readonly Selector[]
}

type Tree = ReturnType<typeof parser.parse>
type Node = Tree['topNode']

export function parsePromql(expr: string): Parsed {
  // A range is a duration: a variable in it is none.
  const text = expr.replaceAll('$__rate_interval', '11m').replaceAll('$__range', '13m')
  const faults: string[] = []
  const selectors: Selector[] = []
  parser.parse(text).iterate({
    enter(ref) {
      if (ref.type.isError) faults.push(`at ${ref.from}: ${text.slice(Math.max(0, ref.from - 20), ref.to + 20)}`)
      if (ref.name === 'VectorSelector') selectors.push(selectorOf(ref.node, text))
    },
  })
  return { faults, selectors }
}

function selectorOf(node: Node, text: string): Selector {
  const of = (part: Node): string => text.slice(part.from, part.to)
  const matchers = new Map<string, string>()
  const list = node.getChild('LabelMatchers')
  for (const matcher of list?.getChildren('UnquotedLabelMatcher') ?? []) {
    const label = matcher.getChild('LabelName')
    if (label !== null) matchers.set(of(label), text.slice(label.to, matcher.to))
  }
  const name = node.getChild('Identifier')
  const matrix = ancestor(node, 'MatrixSelector')
  const call = ancestor(node, 'FunctionCall')
  const callee = call?.getChild('FunctionIdentifier')
  const range = matrix === undefined ? undefined : /\[([^\]]+)\]$/.exec(of(matrix))?.[1]
  return {
    metric: name === null ? '' : of(name),
    matchers,
    range: range?.replace('11m', '$__rate_interval').replace('13m', '$__range'),
    callee: callee === undefined || callee === null ? undefined : of(callee),
  }
}

/** The nearest one above that holds the node in its own right. */
function ancestor(node: Node, name: string): Node | undefined {
  for (let up = node.parent; up !== null; up = up.parent) {
    if (up.name === name) return up
    if (up.name === 'AggregateExpr' || up.name === 'BinaryExpr') return undefined
  }
  return undefined
}
