// The files of ../../WebClient, compiled in: the server needs nothing beside its binary, and a page and the scripts it
// loads are always of one version. A new file of the web client gets a block and a line of the table here, both in the
// order of the paths; a test compares the table with the folder.

#include "web_assets.h"

#include <string.h>

// `#embed` is C23; the compiler has it in every mode and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char app_js[] = {
#embed "../../WebClient/app.js"
};

static const unsigned char icons_parley_maskable_svg[] = {
#embed "../../WebClient/icons/parley-maskable.svg"
};

static const unsigned char icons_parley_unread_svg[] = {
#embed "../../WebClient/icons/parley-unread.svg"
};

static const unsigned char icons_parley_svg[] = {
#embed "../../WebClient/icons/parley.svg"
};

static const unsigned char index_html[] = {
#embed "../../WebClient/index.html"
};

static const unsigned char manifest_webmanifest[] = {
#embed "../../WebClient/manifest.webmanifest"
};

static const unsigned char protocol_api_js[] = {
#embed "../../WebClient/protocol/api.js"
};

static const unsigned char protocol_errors_js[] = {
#embed "../../WebClient/protocol/errors.js"
};

static const unsigned char protocol_link_js[] = {
#embed "../../WebClient/protocol/link.js"
};

static const unsigned char protocol_policy_js[] = {
#embed "../../WebClient/protocol/policy.js"
};

static const unsigned char session_account_js[] = {
#embed "../../WebClient/session/account.js"
};

static const unsigned char session_history_js[] = {
#embed "../../WebClient/session/history.js"
};

static const unsigned char session_outbox_js[] = {
#embed "../../WebClient/session/outbox.js"
};

static const unsigned char session_reading_js[] = {
#embed "../../WebClient/session/reading.js"
};

static const unsigned char session_rooms_js[] = {
#embed "../../WebClient/session/rooms.js"
};

static const unsigned char session_saved_js[] = {
#embed "../../WebClient/session/saved.js"
};

static const unsigned char session_session_js[] = {
#embed "../../WebClient/session/session.js"
};

static const unsigned char state_commands_js[] = {
#embed "../../WebClient/state/commands.js"
};

static const unsigned char state_rooms_js[] = {
#embed "../../WebClient/state/rooms.js"
};

static const unsigned char state_store_js[] = {
#embed "../../WebClient/state/store.js"
};

static const unsigned char state_timeline_js[] = {
#embed "../../WebClient/state/timeline.js"
};

static const unsigned char style_base_css[] = {
#embed "../../WebClient/style/base.css"
};

static const unsigned char style_conversation_css[] = {
#embed "../../WebClient/style/conversation.css"
};

static const unsigned char style_shell_css[] = {
#embed "../../WebClient/style/shell.css"
};

static const unsigned char theme_js[] = {
#embed "../../WebClient/theme.js"
};

static const unsigned char views_account_js[] = {
#embed "../../WebClient/views/account.js"
};

static const unsigned char views_composer_js[] = {
#embed "../../WebClient/views/composer.js"
};

static const unsigned char views_dialog_js[] = {
#embed "../../WebClient/views/dialog.js"
};

static const unsigned char views_dom_js[] = {
#embed "../../WebClient/views/dom.js"
};

static const unsigned char views_icons_js[] = {
#embed "../../WebClient/views/icons.js"
};

static const unsigned char views_members_js[] = {
#embed "../../WebClient/views/members.js"
};

static const unsigned char views_message_js[] = {
#embed "../../WebClient/views/message.js"
};

static const unsigned char views_messagesheet_js[] = {
#embed "../../WebClient/views/messagesheet.js"
};

static const unsigned char views_roomdialogs_js[] = {
#embed "../../WebClient/views/roomdialogs.js"
};

static const unsigned char views_rooms_js[] = {
#embed "../../WebClient/views/rooms.js"
};

static const unsigned char views_shell_js[] = {
#embed "../../WebClient/views/shell.js"
};

static const unsigned char views_status_js[] = {
#embed "../../WebClient/views/status.js"
};

static const unsigned char views_text_js[] = {
#embed "../../WebClient/views/text.js"
};

static const unsigned char views_timeline_js[] = {
#embed "../../WebClient/views/timeline.js"
};

static const unsigned char views_welcome_js[] = {
#embed "../../WebClient/views/welcome.js"
};

#define SCRIPT "text/javascript; charset=utf-8"
#define STYLE "text/css; charset=utf-8"
#define PAGE "text/html; charset=utf-8"
#define IMAGE "image/svg+xml"
#define MANIFEST "application/manifest+json"
#define ASSET(path, type, bytes) {path, type, bytes, sizeof bytes}

// Sorted by path, as strcmp sorts: web_asset_find halves it.
static const WebAsset assets[] = {
    ASSET("/app.js", SCRIPT, app_js),
    ASSET("/icons/parley-maskable.svg", IMAGE, icons_parley_maskable_svg),
    ASSET("/icons/parley-unread.svg", IMAGE, icons_parley_unread_svg),
    ASSET("/icons/parley.svg", IMAGE, icons_parley_svg),
    ASSET("/index.html", PAGE, index_html),
    ASSET("/manifest.webmanifest", MANIFEST, manifest_webmanifest),
    ASSET("/protocol/api.js", SCRIPT, protocol_api_js),
    ASSET("/protocol/errors.js", SCRIPT, protocol_errors_js),
    ASSET("/protocol/link.js", SCRIPT, protocol_link_js),
    ASSET("/protocol/policy.js", SCRIPT, protocol_policy_js),
    ASSET("/session/account.js", SCRIPT, session_account_js),
    ASSET("/session/history.js", SCRIPT, session_history_js),
    ASSET("/session/outbox.js", SCRIPT, session_outbox_js),
    ASSET("/session/reading.js", SCRIPT, session_reading_js),
    ASSET("/session/rooms.js", SCRIPT, session_rooms_js),
    ASSET("/session/saved.js", SCRIPT, session_saved_js),
    ASSET("/session/session.js", SCRIPT, session_session_js),
    ASSET("/state/commands.js", SCRIPT, state_commands_js),
    ASSET("/state/rooms.js", SCRIPT, state_rooms_js),
    ASSET("/state/store.js", SCRIPT, state_store_js),
    ASSET("/state/timeline.js", SCRIPT, state_timeline_js),
    ASSET("/style/base.css", STYLE, style_base_css),
    ASSET("/style/conversation.css", STYLE, style_conversation_css),
    ASSET("/style/shell.css", STYLE, style_shell_css),
    ASSET("/theme.js", SCRIPT, theme_js),
    ASSET("/views/account.js", SCRIPT, views_account_js),
    ASSET("/views/composer.js", SCRIPT, views_composer_js),
    ASSET("/views/dialog.js", SCRIPT, views_dialog_js),
    ASSET("/views/dom.js", SCRIPT, views_dom_js),
    ASSET("/views/icons.js", SCRIPT, views_icons_js),
    ASSET("/views/members.js", SCRIPT, views_members_js),
    ASSET("/views/message.js", SCRIPT, views_message_js),
    ASSET("/views/messagesheet.js", SCRIPT, views_messagesheet_js),
    ASSET("/views/roomdialogs.js", SCRIPT, views_roomdialogs_js),
    ASSET("/views/rooms.js", SCRIPT, views_rooms_js),
    ASSET("/views/shell.js", SCRIPT, views_shell_js),
    ASSET("/views/status.js", SCRIPT, views_status_js),
    ASSET("/views/text.js", SCRIPT, views_text_js),
    ASSET("/views/timeline.js", SCRIPT, views_timeline_js),
    ASSET("/views/welcome.js", SCRIPT, views_welcome_js),
};

static const size_t count = sizeof assets / sizeof assets[0];

size_t web_asset_count(void) {
    return count;
}

const WebAsset *web_asset_at(size_t index) {
    return index < count ? &assets[index] : NULL;
}

const WebAsset *web_asset_find(const char *path) {
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(path, assets[middle].path);
        if (order == 0) return &assets[middle];
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

uint64_t web_asset_digest(const WebAsset *asset) {
    uint64_t digest = 14695981039346656037u;
    for (size_t index = 0; index < asset->length; index += 1) {
        digest = (digest ^ asset->bytes[index]) * 1099511628211u;
    }
    return digest;
}
