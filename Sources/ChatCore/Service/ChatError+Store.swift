package import ChatModel

extension ChatError {
    /// What a client is told when the store did not do its part.
    package init(_ error: StoreError) {
        switch error.code {
        case .unavailable: self.init(.unavailable, detail: error.detail, retryAfterMilliseconds: 1000)
        case .full: self.init(.storageFull, detail: error.detail)
        case .conflict: self.init(.conflict, detail: error.detail)
        case .notFound: self.init(.noSuchMessage, detail: error.detail)
        case .roomNotFound: self.init(.noSuchRoom, detail: error.detail)
        case .exists: self.init(.usernameTaken, detail: error.detail)
        case .roomExists: self.init(.roomExists, detail: error.detail)
        case .aliasTaken: self.init(.aliasTaken, detail: error.detail)
        case .tooManyReactions: self.init(.tooManyReactions, detail: error.detail)
        case .damaged: self.init(.internal, detail: error.detail)
        }
    }
}
