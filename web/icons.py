"""Our icons: lines on a grid of 16, drawn in the colour of the text."""

ICONS = {
    "alert": '<path d="M8 2.4 14.4 13.4H1.6Z"/><path d="M8 6.6v3M8 11.5v.1"/>',
    "calendar": '<rect x="2" y="3" width="12" height="11" rx="1.8"/><path d="M2 6.4h12M5.2 1.6v2.6M10.8 1.6v2.6"/>',
    "check": '<path d="m3 8.6 3.2 3.2L13 4.8"/>',
    "chevron": '<path d="m4.6 6.4 3.4 3.4 3.4-3.4"/>',
    "clock": '<circle cx="8" cy="8" r="6"/><path d="M8 4.6V8l2.3 1.5"/>',
    "copy": '<rect x="5.4" y="5.4" width="8.2" height="8.2" rx="1.6"/><path d="M3.4 10.6c-.6-.1-1-.6-1-1.2V4'
    'c0-.9.7-1.6 1.6-1.6h5.4c.6 0 1.1.4 1.2 1"/>',
    "eye": '<path d="M1.4 8S3.8 3.6 8 3.6 14.6 8 14.6 8 12.2 12.4 8 12.4 1.4 8 1.4 8Z"/><circle cx="8" cy="8" r="2"/>',
    "eye-off": '<path d="M3 5.6C1.9 6.7 1.4 8 1.4 8S3.8 12.4 8 12.4c1.2 0 2.2-.3 3.1-.8M6.2 3.9'
    'C6.7 3.7 7.4 3.6 8 3.6c4.2 0 6.6 4.4 6.6 4.4s-.5 1-1.5 2.1M2.4 2.4l11.2 11.2"/>',
    "info": '<circle cx="8" cy="8" r="6.2"/><path d="M8 7.4v3.6M8 5v.1"/>',
    "link": '<path d="M6.6 9.4a2.7 2.7 0 0 0 3.8 0l2.3-2.3a2.7 2.7 0 0 0-3.8-3.8L8 4.2"/>'
    '<path d="M9.4 6.6a2.7 2.7 0 0 0-3.8 0L3.3 8.9a2.7 2.7 0 0 0 3.8 3.8L8 11.8"/>',
    "log-out": '<path d="M6.4 2.6H4.2c-.9 0-1.6.7-1.6 1.6v7.6c0 .9.7 1.6 1.6 1.6h2.2"/>'
    '<path d="M10.4 5 13.4 8l-3 3M13.2 8H6.4"/>',
    "menu": '<path d="M2.4 4.2h11.2M2.4 8h11.2M2.4 11.8h11.2"/>',
    "overview": '<path d="M2 13.6h12M4 11V7.6M8 11V3M12 11V5.6"/>',
    "settings": '<circle cx="8" cy="8" r="2.2"/><path d="M8 1.8v1.9M8 12.3v1.9M1.8 8h1.9M12.3 8h1.9'
    'M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4"/>',
    "sort": '<path d="M8 3v10M4.6 9.6 8 13l3.4-3.4"/>',
    "switch": '<path d="m5 6 3-3 3 3M5 10l3 3 3-3"/>',
    "target": '<circle cx="8" cy="8" r="6"/><circle cx="8" cy="8" r="2.4"/>',
    "workspaces": '<path d="M2.4 7 8 2.4 13.6 7v6.6H2.4Z"/><path d="M6.4 13.4V9.6h3.2v3.8"/>',
}
