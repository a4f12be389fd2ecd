import ArgumentParser
import ChatCore
import ChatModel
import Credentials

/// How a command ends when it does not succeed (sysexits.h has the numbers).
struct CommandFailure: Error {
    enum Status: Int32 {
        case failure = 1
        case usage = 64
        case configuration = 78
    }

    let status: Status
    let message: String

    init(_ message: String, status: Status = .failure) {
        self.message = message
        self.status = status
    }
}

/// A command whose errors are told in one line and by the exit status: 1 what failed, 64 wrong usage, 78 configuration.
protocol ConsoleCommand: AsyncParsableCommand {
    func execute() async throws
}

extension ConsoleCommand {
    func run() async throws {
        do {
            try await self.execute()
        } catch {
            guard let failure = CommandFailure(error) else { throw error }
            StandardError.write("parley: \(failure.message)\n")
            throw ExitCode(failure.status.rawValue)
        }
    }
}

extension CommandFailure {
    /// nil for what the parser of the command line tells in its own way.
    init?(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as ConfigurationError: self.init(error.description, status: .configuration)
        case let error as SecretFileError: self.init(error.description, status: .configuration)
        case let error as StoreError: self.init(Self.text(error))
        case let error as ChatError: self.init(Self.text(error))
        case is ValidationError, is CleanExit, is ExitCode: return nil
        default: self.init("\(error)")
        }
    }

    private static func text(_ error: StoreError) -> String {
        let what =
            switch error.code {
            case .unavailable: "the store cannot be used"
            case .full: "no space is left for the store"
            case .damaged: "the store is damaged"
            case .conflict, .notFound, .roomNotFound, .exists, .roomExists, .aliasTaken, .tooManyReactions:
                "the store refuses"
            }
        return error.detail.isEmpty ? what : "\(what): \(error.detail)"
    }

    private static func text(_ error: ChatError) -> String {
        switch error.code {
        case .noSuchUser: "there is no such account"
        case .usernameTaken: "this name is taken"
        case .accountDisabled: "this account is disabled"
        case .noSuchRoom: "there is no such room"
        default: error.detail ?? error.code.rawValue
        }
    }
}
