/** The hand-written and generated documents, and what tests look at in them: links, anchors, code spans, blocks. */
import { readdirSync, readFileSync } from 'node:fs'

export const ROOT = new URL('../../', import.meta.url)

export interface Block {
  readonly language: string
  readonly text: string
  /** The HTML comment on the line before, without its dashes; empty when there is none. */
  readonly marker: string
}

export interface Document {
  /** From the root of the checkout. */
  readonly path: string
  readonly text: string
  /** Outside of blocks, without the HTML comments. */
  readonly prose: string
  readonly blocks: readonly Block[]
}

/** Every Markdown file of the root, `docs/` and `envoy/`. */
export function documents(): readonly Document[] {
  const paths = ['', 'docs/', 'envoy/'].flatMap((folder) =>
    readdirSync(new URL(`./${folder}`, ROOT))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}${name}`),
  )
  return paths.sort().map(readDocument)
}

export function readDocument(path: string): Document {
  const text = readText(path)
  const blocks: Block[] = []
  const prose = text.replace(
    /(?:^<!-- (?<marker>.*) -->\n)?^```(?<language>\w*)\n(?<content>[\s\S]*?)^```$/gm,
    (...match) => {
      const { marker = '', language = '', content = '' } = match.at(-1) as Record<string, string>
      blocks.push({ language, text: content, marker })
      return ''
    },
  )
  return { path, text, prose: prose.replace(/<!--[\s\S]*?-->/g, ''), blocks }
}

export function readText(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8')
}

/** Inline code, without what stands between the backticks of a block. */
export function codeSpans({ prose }: Document): readonly string[] {
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? '')
}

export interface Link {
  readonly text: string
  readonly target: string
}

/** `[text](target)` outside of code. */
export function links({ prose }: Document): readonly Link[] {
  const plain = prose.replace(/`[^`\n]+`/g, (span) => span.replace(/[[\]()]/g, ' '))
  return [...plain.matchAll(/\[([^\]]+)\]\(([^)\s]+)\)/g)].map(([, text = '', target = '']) => ({ text, target }))
}

/** The anchors that GitHub makes of headings. */
export function anchors({ prose }: Document): ReadonlySet<string> {
  const headings = [...prose.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading ?? '')
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

/** The cells of the table rows whose first cell fits. */
export function tableRows({ prose }: Document, first: RegExp): readonly (readonly string[])[] {
  return [...prose.matchAll(/^\| (.+) \|$/gm)]
    .map(([, row]) => (row ?? '').split(' | ').map((cell) => cell.trim()))
    .filter(([cell]) => cell !== undefined && first.test(cell))
}
