export const words = {
  "people.title": "People",
  "people.empty": "Nobody belongs to this business yet. Invite its first admin.",
  "people.joined": "Since {date}",
  "people.roleOf": "{role}, role of {name}",
  "people.roleIs": "{name} is now: {role}.",
  "people.remove": "Remove",
  "people.removeName": "Remove {name}",
  "people.removeTitle": "Remove {name}?",
  "people.removeLead":
    "{name} loses access to {business} at once. Their conversations stay, and you can invite them again.",
  "people.removed": "{name} no longer belongs to {business}.",
  "people.promoteTitle": "Make {name} an admin?",
  "people.promoteLead":
    "{name} can then hire and change employees, and invite and remove people in {business}, you included.",
  "people.promote": "Make admin",
  "people.demoteTitle": "Make {name} an operator?",
  "people.demoteLead":
    "{name} can no longer hire or invite in {business}, from now on. Their conversations stay.",
  "people.demote": "Make operator",
  "people.leave": "Leave",
  "people.leaveName": "Leave {business}",
  "people.leaveTitle": "Leave {business}?",
  "people.leaveLead":
    "You lose access to {business} at once. Only another admin can let you in again.",
  "people.stepDown": "Become an operator",
  "people.stepDownTitle": "Give up being an admin?",
  "people.stepDownLead":
    "You can no longer hire or invite in {business}. Only another admin can change that back.",
  "people.invite": "Invite",
  "error.last_admin": "This is the last admin of the business. Make somebody else an admin first.",
  "error.platform_admin": "This is a platform admin, whose rights no business can change.",
  "people.password": "New password",
  "people.passwordOf": "New password for {name}",
  "people.passwordTitle": "A new password for {name}?",
  "people.passwordLead": "You get a link with which {name} sets a new password, within the hour. All their log-ins end then. Hand it over in private: whoever has it can log in as them.",
  "people.passwordMade": "Send {name} this link yourself, in private. It is shown only now, and works once, within the hour.",
  "people.passwordLink": "Link to a new password",
  "people.passwordCopy": "Copy link",
  "people.passwordMake": "Make the link",
  "error.member_elsewhere": "This person belongs to another business, too. Ask the operator of Konstruct for their link.",
};

export type Words = Record<keyof typeof words, string>;
