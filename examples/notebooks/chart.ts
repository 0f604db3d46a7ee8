import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** Draws a Vega-Lite chart as SVG, which every viewer of the notebook shows. */
export async function draw(spec: TopLevelSpec): Promise<object> {
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  const title = typeof spec.title === 'string' ? spec.title : 'chart';
  return { [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': title, 'image/svg+xml': svg }) };
}
