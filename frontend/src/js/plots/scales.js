// Round numbers for axes: 1, 2, 2.5 or 5 times a power of ten.
const STEPS = [1, 2, 2.5, 5, 10];

export function roundStep(top, most = 4) {
  if (!(top > 0)) return 1;
  const least = top / most;
  const power = 10 ** Math.floor(Math.log10(least));
  return STEPS.map((step) => step * power).find((step) => step >= least * (1 - 1e-9));
}
