import { outlines } from './icons.js';

const svgNamespace = 'http://www.w3.org/2000/svg';

/**
 * Builds an element. Text only ever gets in as text.
 *
 * @param {string} tag
 * @param {object} props `class`; `on` with handlers by event; `data` with `data-…` values; anything that the element
 *     has as a writable property of a simple type; else an attribute. `false`, `null` and `undefined` leave it out.
 * @param {...(Node | string | null | false | Array)} children
 */
export function h(tag, props = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) apply(element, name, value);
    element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
    return element;
}

const asProperties = new Set(['value', 'checked', 'disabled', 'hidden', 'tabIndex', 'textContent', 'open', 'selected']);

function apply(element, name, value) {
    if (name === 'on') {
        for (const [event, handler] of Object.entries(value)) if (handler) element.addEventListener(event, handler);
    } else if (name === 'data') {
        Object.assign(element.dataset, value);
    } else if (asProperties.has(name)) {
        element[name] = value;
    } else if (value !== false && value !== null && value !== undefined) {
        element.setAttribute(name, value === true ? '' : String(value));
    }
}

/** One of the icons of `icons.js`; decoration, the control around it has the name. */
export function icon(name) {
    const svg = document.createElementNS(svgNamespace, 'svg');
    svg.setAttribute('class', 'icon');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS(svgNamespace, 'path');
    path.setAttribute('d', outlines[name]);
    svg.append(path);
    return svg;
}

/** A button that shows only an icon. `label` is its name and its tool tip. */
export function iconButton(name, label, onClick, props = {}) {
    return h('button', {
        type: 'button', 'aria-label': label, title: label, ...props, class: `icon-button ${props.class ?? ''}`,
        on: { click: onClick },
    }, icon(name));
}

/**
 * Makes the children of `parent` be `rows`, in order, keeping the nodes of rows that did not change.
 *
 * @param {Element} parent Holds nothing else.
 * @param {{ key: string, stamp: Array, make: () => Element }[]} rows A row is made anew when its stamp differs.
 * @param {Map<string, { stamp: Array, node: Element }>} cache Kept by the caller between calls.
 */
export function reconcile(parent, rows, cache) {
    const wanted = new Set(rows.map((row) => row.key));
    for (const [key, { node }] of cache) {
        if (wanted.has(key)) continue;
        node.remove();
        cache.delete(key);
    }
    let place = parent.firstElementChild;
    for (const row of rows) {
        const known = cache.get(row.key);
        let node = known?.node;
        if (!known || !isSame(known.stamp, row.stamp)) {
            const old = node;
            node = row.make();
            if (old) {
                if (place === old) place = node;
                replaceKeepingFocus(old, node);
            }
            cache.set(row.key, { stamp: row.stamp, node });
        }
        if (node === place) place = place.nextElementSibling;
        else parent.insertBefore(node, place);
    }
}

function isSame(left, right) {
    return left.length === right.length && left.every((value, index) => value === right[index]);
}

/** A row that is drawn anew must not drop the focus of somebody who is in it with the keyboard. */
function replaceKeepingFocus(old, fresh) {
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(fresh);
    if (!focused) return;
    const act = focused.dataset?.act;
    const twin = act ? fresh.querySelector(`[data-act="${CSS.escape(act)}"]`) : null;
    (twin ?? (fresh.tabIndex >= -1 && fresh.hasAttribute('tabindex') ? fresh : null))?.focus({ preventScroll: true });
}
