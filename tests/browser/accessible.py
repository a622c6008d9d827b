"""Faults that keep people out who have a screen reader, a keyboard or weak eyes: what axe calls serious."""

from __future__ import annotations

from typing import Any

LOOK = """root => {
  const faults = [];
  const fault = (el, what) => faults.push(`${el.tagName.toLowerCase()}.${el.className}: ${what}`);
  const seen = el => el.checkVisibility() && el.getBoundingClientRect().width > 0;
  const nameOf = el => {
    const ids = (el.getAttribute('aria-labelledby') ?? '').split(/\\s+/).filter(Boolean);
    const labels = [...(el.labels ?? [])].map(one => one.textContent).join(' ');
    const named = ids.map(id => document.getElementById(id)?.textContent ?? '').join(' ');
    return (el.getAttribute('aria-label') || named || labels || el.textContent || el.title || el.alt || '').trim();
  };
  const numbers = color => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => v / 255).map(v => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = el => {
    for (let at = el; at; at = at.parentElement) {
      const [r, g, b, a = 1] = numbers(getComputedStyle(at).backgroundColor);
      if (a > 0.5) return [r, g, b];
    }
    return [255, 255, 255];
  };
  for (const el of [root, ...root.querySelectorAll('*')].filter(seen)) {
    const role = el.getAttribute('role');
    if (el.matches('button, a[href], input, select, textarea, [role=progressbar], [role=region]') && !nameOf(el)) {
      fault(el, 'has no name');
    }
    if (role === 'progressbar') {
      const [from, now, to] = ['min', 'now', 'max'].map(end => parseFloat(el.getAttribute(`aria-value${end}`)));
      if (!(from <= now && now <= to)) fault(el, `says ${now} of ${from} to ${to}`);
    }
    for (const name of ['aria-labelledby', 'aria-describedby', 'aria-controls', 'aria-activedescendant']) {
      const ids = (el.getAttribute(name) ?? '').split(/\\s+/).filter(Boolean);
      ids.filter(id => !document.getElementById(id)).forEach(id => fault(el, `${name}: there is no ${id}`));
    }
    if (el.id && document.querySelectorAll(`[id=${JSON.stringify(el.id)}]`).length > 1) fault(el, `id ${el.id} twice`);
    if (el.tabIndex > 0) fault(el, 'has a place of its own in the order of the Tab key');
    if (el.matches('ul, ol') && [...el.children].some(child => !child.matches('li'))) fault(el, 'holds what is no li');
    if (el.matches('li') && !el.parentElement.matches('ul, ol')) fault(el, 'is in no list');
    if ([...el.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())) {
      const [a, b] = [light(numbers(getComputedStyle(el).color)), light(ground(el))].sort((x, y) => y - x);
      const contrast = (a + 0.05) / (b + 0.05);
      if (contrast < 4.5) fault(el, `contrast ${contrast.toFixed(2)}: ${el.textContent.trim().slice(0, 30)}`);
    }
  }
  return faults;
}"""


def faults(page: Any, selector: str) -> list[str]:
    """What is wrong in the first element that fits `selector`: names, roles, references, lists, contrast."""
    found: list[str] = page.locator(selector).first.evaluate(LOOK)
    return found
