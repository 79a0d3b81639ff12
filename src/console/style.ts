/**
 * The one stylesheet. System fonts, few colours; light and dark as the reader's system says. Every text colour stands at 4.5:1
 * or better on its ground (tested), and nothing is said by colour alone.
 */
import { COLOURS } from './colours.ts'

function variables(theme: keyof (typeof COLOURS)[keyof typeof COLOURS]): string {
  return Object.entries(COLOURS)
    .map(([colour, values]) => `--${colour}:${values[theme]};`)
    .join('')
}

export const STYLE = `:root{color-scheme:light dark;${variables('light')}}
@media (prefers-color-scheme:dark){:root{${variables('dark')}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
a{color:var(--link);text-underline-offset:2px}
a:hover{text-decoration-thickness:2px}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:3px}
main:focus{outline:none}
.skip{position:absolute;left:12px;top:-60px;padding:8px 14px;background:var(--surface);border:1px solid var(--edge);border-radius:6px;z-index:1}
.skip:focus{top:8px}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}

header{background:var(--surface);border-bottom:1px solid var(--line)}
.bar,.search,main{max-width:1360px;margin:0 auto;padding:0 20px}
.bar{display:flex;flex-wrap:wrap;align-items:center;gap:4px 28px;padding-top:12px}
.brand{margin:0;font-weight:650;letter-spacing:-.01em}
.brand span{font-weight:400;color:var(--muted);font-size:13px;margin-left:6px}
nav[aria-label=Main]{display:flex;gap:4px}
nav[aria-label=Main] a{padding:5px 12px;border-radius:6px;color:var(--text);text-decoration:none}
nav[aria-label=Main] a:hover{background:var(--soft)}
nav[aria-label=Main] a[aria-current]{background:var(--soft);font-weight:600;box-shadow:inset 0 -2px 0 var(--link)}
.search{display:flex;flex-wrap:wrap;align-items:flex-end;gap:8px 12px;padding-top:10px;padding-bottom:12px}
.search .hint{flex-basis:100%;margin:0}
.field{display:flex;flex-direction:column;gap:3px;min-width:0;flex:0 1 220px}
.field.wide{flex:1 1 300px}
label,legend,dt{font-size:13px;color:var(--muted)}
.hint,.ago,.by{font-size:13px;color:var(--muted)}
input,select,button{font:inherit;color:inherit}
input:not([type=checkbox]),select{width:100%;min-height:36px;padding:5px 9px;background:var(--surface);border:1px solid var(--edge);border-radius:6px}
button{min-height:36px;padding:5px 16px;background:var(--link);color:var(--surface);border:1px solid var(--link);border-radius:6px;font-weight:600;cursor:pointer}
button:hover{filter:brightness(1.08)}

main{padding-top:22px;padding-bottom:60px}
h1{font-size:24px;line-height:1.25;letter-spacing:-.015em;margin:0}
h2{font-size:17px;letter-spacing:-.005em;margin:34px 0 10px}
h3{font-size:14px;margin:0 0 8px}
p{margin:0 0 10px}
.title{display:flex;flex-wrap:wrap;align-items:center;gap:6px 16px}
.title .live{margin:0 0 0 auto;font-size:13px}
.lead{color:var(--muted);margin:4px 0 14px}
.crumb{color:var(--muted);font-size:13px;margin-bottom:10px}
.empty{padding:28px 20px;text-align:center;color:var(--muted);background:var(--surface);border:1px dashed var(--edge);border-radius:8px}
.none-known{color:var(--muted);font-style:italic}
.number{white-space:nowrap}
.counted{font-size:13px;color:var(--muted);margin:14px 0 8px}
.pages{display:flex;gap:20px;margin-top:14px}

.banner{padding:10px 14px;border:1px solid var(--edge);border-left:4px solid var(--edge);border-radius:6px;background:var(--surface);margin:0 0 16px}
.banner p{margin:0}
.banner ul{margin:4px 0 0;padding-left:20px}
.banner.gap{background:var(--amber-soft);border-color:var(--amber)}
.banner.error{background:var(--red-soft);border-color:var(--red)}

.card{background:var(--surface);border:1px solid var(--line);border-radius:8px;padding:14px 16px}
.columns{display:grid;gap:14px;grid-template-columns:1fr}
@media (min-width:760px){.columns.two{grid-template-columns:1fr 1fr}.columns.three{grid-template-columns:2fr 1fr 1fr}}
.columns>*{min-width:0}
ul.evidence,ul.plain{margin:0;padding-left:18px}
ul.evidence li+li,ul.plain li+li{margin-top:6px}

.badge,.outcome,.state{display:inline-block;padding:0 8px;border-radius:999px;border:1px solid var(--edge);font-size:13px;line-height:20px;white-space:nowrap}
.badge.proven{background:var(--red-soft);color:var(--red);border-color:var(--red)}
.badge.suspected{background:var(--amber-soft);color:var(--amber);border-color:var(--amber)}
.badge.none,.badge.on,.state.alive{background:var(--green-soft);color:var(--green);border-color:var(--green)}
.state.warn,.outcome.allowed,.outcome.let_pass{background:var(--amber-soft);color:var(--amber);border-color:var(--amber)}
.state.revoked{background:var(--red-soft);color:var(--red);border-color:var(--red)}
.differs{margin-left:6px;padding:0 6px;border-radius:4px;background:var(--amber-soft);color:var(--amber);font-size:12px}
.role{font-size:13px;color:var(--muted)}
.class{font-weight:600}

.finding{background:var(--surface);border:1px solid var(--line);border-left:6px solid var(--green);border-radius:8px;padding:18px 20px}
.finding.proven{border-left-color:var(--red)}
.finding.suspected{border-left-color:var(--amber)}
.sentence{font-size:17px;margin:8px 0 0;max-width:78ch}

dl{margin:0}
.sender dl>div{display:grid;grid-template-columns:150px 1fr;gap:2px 12px;padding:6px 0;border-top:1px solid var(--line)}
dd{margin:0;min-width:0}
@media (max-width:520px){.sender dl>div{grid-template-columns:1fr}}
.labels>div{display:grid;grid-template-columns:minmax(0,160px) 1fr;gap:4px 12px;padding:4px 0}
.chips{display:flex;flex-wrap:wrap;gap:6px;list-style:none;margin:0;padding:0}
.chips li{padding:0 8px;border:1px solid var(--edge);border-radius:4px;font-size:13px}
.commands{margin:0;padding-left:22px}
.commands li{margin-bottom:10px}
.commands p{margin-bottom:4px}
pre{margin:0;padding:10px 12px;background:var(--soft);border:1px solid var(--line);border-radius:6px;overflow-x:auto}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,"Liberation Mono","DejaVu Sans Mono",monospace}

.scroll{position:relative;overflow-x:auto;background:var(--surface);border:1px solid var(--line);border-radius:8px}
.scroll+.scroll,.scroll+.hint{margin-top:12px}
table{width:100%;border-collapse:collapse;font-size:14px;overflow-wrap:break-word}
caption{text-align:left;padding:9px 14px;font-size:13px;color:var(--muted)}
th,td{text-align:left;vertical-align:top;padding:9px 10px;border-top:1px solid var(--line);font-weight:400}
tr>:first-child{padding-left:14px}
tr>:last-child{padding-right:14px}
thead th{font-size:13px;color:var(--muted);background:var(--soft);white-space:nowrap}
tbody tr:hover>*{background:var(--soft)}
time{white-space:nowrap}
td time{white-space:normal}
.timeline time{white-space:nowrap}
td .name,th .name{display:inline-block;max-width:270px;overflow-wrap:break-word;vertical-align:top}
a .name{text-decoration:underline}
.ago .name{display:inline}
tbody tr>:first-child{min-width:150px}
.timeline th,.timeline td{width:40%}
.timeline tr>:first-child{width:1%;white-space:nowrap}
.timeline td{min-width:170px;border-left:1px solid var(--line)}
.timeline .right .entry{background:var(--amber-soft)}
.timeline .across{color:var(--muted)}

.graph{display:block;width:100%;min-width:720px;max-width:1040px;margin:6px 14px}
.graph path{fill:none;stroke:var(--edge);stroke-width:1.5}
.graph rect{fill:var(--soft);stroke:var(--edge)}
.graph text{fill:var(--text);font-size:13px}
.graph .case rect{fill:var(--link);stroke:var(--link)}
.graph .case text{fill:var(--surface);font-weight:600}
.graph .unbound rect{fill:var(--amber-soft);stroke:var(--amber)}

fieldset{border:0;margin:0 0 12px;padding:0;min-width:0}
legend{padding:0;margin-bottom:6px}
.check{display:inline-flex;align-items:center;gap:6px;margin-right:18px}
.check label{color:var(--text);font-size:15px}
.check input{width:17px;height:17px;margin:0;accent-color:var(--link)}
.fields{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,230px),1fr));gap:10px 14px}
.fields legend{grid-column:1/-1}
.actions{display:flex;align-items:center;gap:16px;margin:0}
@media (prefers-contrast:more){:root{--line:var(--edge)}}
@media (max-width:520px){.bar,.search,main{padding-left:12px;padding-right:12px}.field{flex-basis:100%}.badge{white-space:normal}}
@media print{header,.skip,.pages,.live{display:none}body{background:#fff}.scroll{overflow:visible}}
`
