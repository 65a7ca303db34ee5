"""Our icons: lines on a grid of 16, drawn in the colour of the text."""

ICONS = {
    "alert": '<path d="M8 2.4 14.4 13.4H1.6Z"/><path d="M8 6.6v3M8 11.5v.1"/>',
    "arrow-down": '<path d="M8 3v9.6M4.4 9 8 12.6 11.6 9"/>',
    "arrow-left": '<path d="M13 8H3.4M7 4.4 3.4 8 7 11.6"/>',
    "arrow-right": '<path d="M3 8h9.6M9 4.4 12.6 8 9 11.6"/>',
    "arrow-up": '<path d="M8 13V3.4M4.4 7 8 3.4 11.6 7"/>',
    "attribution": '<circle cx="3.6" cy="8" r="1.6"/><circle cx="12.4" cy="3.8" r="1.6"/>'
    '<circle cx="12.4" cy="12.2" r="1.6"/><path d="M5.2 8c3.4 0 2.6-4.2 5.6-4.2M5.2 8c3.4 0 2.6 4.2 5.6 4.2"/>',
    "bookmark": '<path d="M4 2.4h8v11.2l-4-3-4 3Z"/>',
    "calendar": '<rect x="2" y="3" width="12" height="11" rx="1.8"/><path d="M2 6.4h12M5.2 1.6v2.6M10.8 1.6v2.6"/>',
    "campaigns": '<path d="M2.4 6.4v3.2h2.2l6.2 3.2V3.2L4.6 6.4Z"/><path d="M13.2 6.6c.6.8.6 2 0 2.8M5.4 9.8l.8 3.4"/>',
    "check": '<path d="m3 8.6 3.2 3.2L13 4.8"/>',
    "chevron": '<path d="m4.6 6.4 3.4 3.4 3.4-3.4"/>',
    "clock": '<circle cx="8" cy="8" r="6"/><path d="M8 4.6V8l2.3 1.5"/>',
    "close": '<path d="m4 4 8 8M12 4l-8 8"/>',
    "copy": '<rect x="5.4" y="5.4" width="8.2" height="8.2" rx="1.6"/>'
    '<path d="M3.4 10.6c-.6-.1-1-.6-1-1.2V4c0-.9.7-1.6 1.6-1.6h5.4c.6 0 1.1.4 1.2 1"/>',
    "depends": '<circle cx="3.6" cy="8" r="1.4"/>'
    '<path d="M5 8h2.4l4.2-3.8M7.4 8l4.2 3.8M9.4 4h2.4v2.4M9.4 12h2.4V9.6"/>',
    "download": '<path d="M8 2.4v7.8M4.8 7.2 8 10.4l3.2-3.2M2.6 13.4h10.8"/>',
    "edit": '<path d="m10.4 3.2 2.4 2.4L5.6 12.8l-3 .6.6-3Z"/>',
    "external": '<path d="M6.4 3H3v10h10V9.6M9.4 2.6h4v4M13.2 2.8 7.6 8.4"/>',
    "eye": '<path d="M1.4 8S3.8 3.6 8 3.6 14.6 8 14.6 8 12.2 12.4 8 12.4 1.4 8 1.4 8Z"/><circle cx="8" cy="8" r="2"/>',
    "eye-off": '<path d="M3 5.6C1.9 6.7 1.4 8 1.4 8S3.8 12.4 8 12.4c1.2 0 2.2-.3 3.1-.8M6.2 3.9C6.7 3.7'
    ' 7.4 3.6 8 3.6c4.2 0 6.6 4.4 6.6 4.4s-.5 1-1.5 2.1M2.4 2.4l11.2 11.2"/>',
    "filter": '<path d="M2.2 3.4h11.6M4.4 8h7.2M6.6 12.6h2.8"/>',
    "flag": '<path d="M4 14V2.6M4 3h8.4l-2.2 3 2.2 3H4"/>',
    "funnels": '<path d="M2.2 3h11.6L9.6 8.2v4.4l-3.2 1V8.2Z"/>',
    "handle": '<path d="M6 3.6v.1M10 3.6v.1M6 8v.1M10 8v.1M6 12.4v.1M10 12.4v.1"/>',
    "health": '<path d="M8 1.8 13.2 4v4c0 3-2.2 5-5.2 6.2C5 13 2.8 11 2.8 8V4Z"/><path d="m5.8 8 1.6 1.6 2.8-3"/>',
    "help": '<circle cx="8" cy="8" r="6.2"/><path d="M6.2 6.4c0-2.6 3.6-2.4 3.6-.2 0 1.4-1.8 1.4-1.8 2.8M8 11.2v.1"/>',
    "info": '<circle cx="8" cy="8" r="6.2"/><path d="M8 7.4v3.6M8 5v.1"/>',
    "journeys": '<circle cx="3.4" cy="12.4" r="1.4"/><circle cx="12.6" cy="3.6" r="1.4"/>'
    '<path d="M4.8 12.4h5.6a2.2 2.2 0 0 0 0-4.4H5.6a2.2 2.2 0 0 1 0-4.4h5.6"/>',
    "key": '<circle cx="5" cy="11" r="2.6"/><path d="m7 9 6-6M10.4 5.6l2 2"/>',
    "link": '<path d="M6.6 9.4a2.7 2.7 0 0 0 3.8 0l2.3-2.3a2.7 2.7 0 0 0-3.8-3.8L8 4.2"/>'
    '<path d="M9.4 6.6a2.7 2.7 0 0 0-3.8 0L3.3 8.9a2.7 2.7 0 0 0 3.8 3.8L8 11.8"/>',
    "live": '<path d="M1.6 8h2.8l2-5 3.2 10 2-5h2.8"/>',
    "log-out": '<path d="M6.4 2.6H4.2c-.9 0-1.6.7-1.6 1.6v7.6c0 .9.7 1.6 1.6 1.6h2.2"/>'
    '<path d="M10.4 5 13.4 8l-3 3M13.2 8H6.4"/>',
    "mail": '<rect x="1.8" y="3.4" width="12.4" height="9.2" rx="1.6"/><path d="m2.4 4.4 5.6 4.4 5.6-4.4"/>',
    "menu": '<path d="M2.4 4.2h11.2M2.4 8h11.2M2.4 11.8h11.2"/>',
    "loader": '<path d="M8 2.4a5.6 5.6 0 1 1-5.2 3.6"/>',
    "more": '<path d="M3.4 8v.1M8 8v.1M12.6 8v.1"/>',
    "overview": '<path d="M2 13.6h12M4 11V7.6M8 11V3M12 11V5.6"/>',
    "pause": '<path d="M5.6 3.4v9.2M10.4 3.4v9.2"/>',
    "people": '<circle cx="6" cy="5.4" r="2.4"/>'
    '<path d="M1.8 13c.2-2.8 1.8-4.2 4.2-4.2s4 1.4 4.2 4.2M10.6 3.2a2.3 2.3 0 0 1 0 4.4'
    'M12 9.2c1.4.6 2.1 1.9 2.2 3.8"/>',
    "pipeline": '<rect x="2" y="2.6" width="3.2" height="10.8" rx="1"/>'
    '<rect x="6.4" y="2.6" width="3.2" height="7.4" rx="1"/><rect x="10.8" y="2.6" width="3.2" height="4.6" rx="1"/>',
    "play": '<path d="M5 3.2 12.4 8 5 12.8Z"/>',
    "plus": '<path d="M8 3v10M3 8h10"/>',
    "refresh": '<path d="M13.2 6.4A5.4 5.4 0 0 0 3 6M2.8 9.6A5.4 5.4 0 0 0 13 10M13.4 3v3.4H10M2.6 13V9.6H6"/>',
    "returns": '<ellipse cx="8" cy="4" rx="5.2" ry="2"/>'
    '<path d="M2.8 4v4c0 1.1 2.3 2 5.2 2s5.2-.9 5.2-2V4M2.8 8v4c0 1.1 2.3 2 5.2 2s5.2-.9 5.2-2V8"/>',
    "search": '<circle cx="7" cy="7" r="4.6"/><path d="m10.4 10.4 3.4 3.4"/>',
    "send": '<path d="M14 2.2 1.8 7l5 2.2L9 14.2Z"/><path d="M6.8 9.2 14 2.2"/>',
    "settings": '<circle cx="8" cy="8" r="2.2"/>'
    '<path d="M8 1.8v1.9M8 12.3v1.9M1.8 8h1.9M12.3 8h1.9M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4"/>',
    "sort": '<path d="M8 3v10M4.6 9.6 8 13l3.4-3.4"/>',
    "switch": '<path d="m5 6 3-3 3 3M5 10l3 3 3-3"/>',
    "target": '<circle cx="8" cy="8" r="6"/><circle cx="8" cy="8" r="2.4"/>',
    "trash": '<path d="M2.6 4.2h10.8M6 4V2.4h4V4M4 4.4l.6 9.2h6.8l.6-9.2M6.6 7v4M9.4 7v4"/>',
    "upload": '<path d="M8 10.6V2.8M4.8 6 8 2.8 11.2 6M2.6 13.4h10.8"/>',
    "workspaces": '<path d="M2.4 7 8 2.4 13.6 7v6.6H2.4Z"/><path d="M6.4 13.4V9.6h3.2v3.8"/>',
}
