/** Offices as people and newspapers write them; headers have no room for more. */
const SHORT: readonly [long: string, short: string][] = [
  ["ผู้ว่าราชการกรุงเทพมหานคร", "ผู้ว่าฯ กทม."],
  ["สมาชิกสภากรุงเทพมหานคร", "ส.ก."],
  ["สมาชิกสภาผู้แทนราษฎร", "ส.ส."],
  ["นายกองค์การบริหารส่วนจังหวัด", "นายก อบจ."],
  ["สมาชิกสภาองค์การบริหารส่วนจังหวัด", "ส.อบจ."],
  ["กรุงเทพมหานคร", "กทม."],
  ["Bangkok Metropolitan Council", "Council"],
  ["Governor of Bangkok", "Governor"],
];

export function shortOffice(name: string): string {
  return SHORT.reduce((shorter, [long, short]) => shorter.replace(long, short), name);
}
