/** More records for the family `extraction`: travel, work, places and things. */
import { CITIES, COLORS, DAYS, PEOPLE } from "../words.ts";
import { clock, isoDate } from "./date-draws.ts";
import type { RecordKind } from "./record-kinds.ts";

export const OTHER_RECORD_KINDS: readonly RecordKind[] = [
  {
    id: "train-trip",
    draw: (random) => {
      const [from, to] = random.some(CITIES, 2) as [string, string];
      return { train: `IC ${random.int(10, 999)}`, from, to, platform: random.int(1, 24), delay: random.int(1, 90) };
    },
    en: [
      "{train} from {from} to {to} leaves from platform {platform} with a delay of {delay} minutes.",
      "{train}: {from} - {to}, platform {platform}, delay {delay} min",
      "my train ({train}, {from} to {to}) is {delay} minutes late, platform {platform}",
      "Attention at platform {platform}: {train} to {to} coming from {from} is delayed by {delay} minutes.",
      "Delay of {delay} minutes for {train} on its way from {from} to {to}. Platform: {platform}.",
      "platform {platform}, {delay} minutes delay, {train}, going from {from} to {to}",
    ],
    zh: [
      "{train} 次列车从 {from} 开往 {to}，{platform} 站台，晚点 {delay} 分钟。",
      "从 {from} 到 {to} 的 {train} 晚点 {delay} 分钟，在 {platform} 站台。",
    ],
  },
  {
    id: "concert",
    draw: (random) => ({
      band: random.pick(["Velvet Owls", "Static Bloom", "The Harpers", "Kite Club"]),
      city: random.pick(CITIES),
      date: isoDate(random),
      price: random.int(15, 120),
      soldOut: random.chance(0.5),
    }),
    en: [
      "{band} play in {city} on {date}, tickets {price} euros, {soldOut?sold out|still available}.",
      "{band} live! {city}, {date}, {price} euros, {soldOut?sold out|tickets left}",
      "The concert of {band} in {city} ({date}) costs {price} and is {soldOut?sold out|not sold out}.",
      "On {date} {city} welcomes {band}. Price: {price}. {soldOut?No tickets left, sold out|Not sold out yet}.",
      "wanna see {band} in {city} on {date}? {price} bucks, {soldOut?oh wait it's sold out|not sold out yet}",
      "band: {band}, city: {city}, date: {date}, price: {price}, sold out: {soldOut?yes|no}",
    ],
    zh: [
      "{band} 将于 {date} 在 {city} 演出，票价 {price} 元，{soldOut?已售罄|还有票}。",
      "{date} {city} 有 {band} 的演唱会，门票 {price}，{soldOut?票卖完了|票还没卖完}。",
    ],
  },
  {
    id: "subscription",
    draw: (random) => ({
      service: random.pick(["StreamBox", "NewsDaily", "CloudVault", "FitClub"]),
      plan: random.pick(["monthly", "yearly"]),
      price: random.int(3, 150),
      renewsOn: isoDate(random),
      active: random.chance(0.5),
    }),
    en: [
      "{service} {plan} plan, {price} dollars, renews on {renewsOn}, {active?active|not active}.",
      "your {plan} subscription to {service} ({price} dollars) {active?is active|is inactive}. renewal date: {renewsOn}",
      "{service}: plan {plan}, price {price}, renews {renewsOn}, active {active?yes|no}",
      "I pay {price} for the {plan} plan of {service}. It renews on {renewsOn} and is {active?currently active|currently inactive}.",
      "On {renewsOn} the {plan} {service} plan renews for {price} dollars. The account is {active?active|inactive}.",
      "is my {service} thing still on? {plan} plan, {price}, renews {renewsOn}. app says {active?active|inactive}",
    ],
    zh: [
      "{service} 的 {plan} 套餐，{price} 元，{renewsOn} 续费，{active?有效|已停用}。",
      "订阅 {service}，方案 {plan}，价格 {price}，续费日期 {renewsOn}，状态{active?有效|无效}。",
    ],
  },
  {
    id: "employee",
    draw: (random) => ({
      name: random.pick(PEOPLE),
      employeeId: random.int(1000, 9999),
      department: random.pick(["sales", "support", "finance", "logistics"]),
      since: random.int(1995, 2024),
      fullTime: random.chance(0.5),
    }),
    en: [
      "{name} (id {employeeId}) works in {department} since {since}, {fullTime?full time|part time}.",
      "employee {employeeId}: {name}, {department}, since {since}, {fullTime?full-time|part-time}",
      "Since {since} {name} has been in {department}. Employee id {employeeId}, {fullTime?full time|not full time}.",
      "our {department} colleague {name} joined in {since}, works {fullTime?full time|part time}, id is {employeeId}",
      "The {department} department lists {name}, number {employeeId}, hired {since}, {fullTime?full time|part time}.",
      "{employeeId} / {name} / {department} / {since} / full time: {fullTime?yes|no}",
    ],
    zh: [
      "员工 {name}，编号 {employeeId}，{since} 年起在 {department} 部门，{fullTime?全职|兼职}。",
      "{department} 部门的 {name}（工号 {employeeId}）{since} 年入职，{fullTime?是全职|不是全职}。",
    ],
  },
  {
    id: "exam-result",
    draw: (random) => ({
      student: random.pick(PEOPLE),
      subject: random.pick(["math", "history", "biology", "French"]),
      points: random.int(10, 100),
      passed: random.chance(0.5),
    }),
    en: [
      "{student} got {points} points in {subject} and {passed?passed|failed}.",
      "{subject} exam: {student}, {points} points, {passed?passed|not passed}",
      "With {points} points {student} has {passed?passed|not passed} the {subject} exam.",
      "{student} {passed?passed|didn't pass} {subject}, {points} pts",
      "Result for {student}. Subject: {subject}. Points: {points}. Passed: {passed?yes|no}.",
      "guess what, {student} has {points} points in {subject}, so {passed?that's a pass|that's a fail}",
    ],
    zh: [
      "{student} 的 {subject} 考了 {points} 分，{passed?及格了|没及格}。",
      "{subject} 考试：{student}，{points} 分，{passed?通过|未通过}。",
    ],
  },
  {
    id: "bike-rental",
    draw: (random) => ({
      customer: random.pick(PEOPLE),
      bike: random.pick(["city bike", "mountain bike", "tandem", "cargo bike"]),
      hours: random.int(1, 12),
      deposit: random.int(2, 20) * 10,
      helmet: random.chance(0.5),
    }),
    en: [
      "{customer} rents a {bike} for {hours} hours, deposit {deposit}, {helmet?with helmet|without helmet}.",
      "rental: {bike}, {hours} hours, customer {customer}, deposit {deposit} euros, helmet {helmet?yes|no}",
      "{hours} hours on a {bike} for {customer}. Deposit: {deposit}. {helmet?Helmet included|No helmet}.",
      "{customer} left {deposit} euros deposit for the {bike}, {hours} hours, and {helmet?took a helmet|took no helmet}",
      "hi it's {customer}, can i get a {bike} for {hours} hours? {helmet?i need a helmet|i don't need a helmet}. deposit {deposit} is fine",
      "One {bike} went out to {customer} for {hours} hours ({helmet?helmet|no helmet}, deposit {deposit}).",
    ],
    zh: [
      "{customer} 租了一辆 {bike}，{hours} 小时，押金 {deposit} 元，{helmet?带头盔|不带头盔}。",
      "租车：{bike}，时长 {hours} 小时，客户 {customer}，押金 {deposit}，{helmet?要头盔|不要头盔}。",
    ],
  },
  {
    id: "refund",
    draw: (random) => ({
      customer: random.pick(PEOPLE),
      item: random.pick(["kettle", "blender", "headphones", "sneakers", "tent"]),
      amount: random.int(10, 400),
      reason: random.pick(["damaged", "too small", "wrong color", "late"]),
    }),
    en: [
      "{customer} wants {amount} dollars back for the {item}, reason: {reason}.",
      "refund {amount} to {customer} ({item}, {reason})",
      "The {item} was {reason}, so we refund {customer} {amount} dollars.",
      "hello, {customer} here, my {item} is {reason}. please refund the {amount} dollars",
      "Item: {item}. Customer: {customer}. Amount: {amount}. Reason: {reason}.",
      "{amount} dollars go back to {customer} because the {item} was {reason}",
    ],
    zh: [
      "{customer} 要求退款 {amount} 元，商品 {item}，原因 {reason}。",
      "因为 {reason}，把 {item} 的 {amount} 元退给 {customer}。",
    ],
  },
  {
    id: "bug-report",
    draw: (random) => ({
      page: random.pick(["checkout", "profile", "search", "settings"]),
      browser: random.pick(["Firefox", "Chrome", "Safari", "Edge"]),
      version: `${random.int(1, 9)}.${random.int(0, 20)}.${random.int(0, 9)}`,
      severity: random.int(1, 5),
      reporter: random.pick(PEOPLE),
    }),
    en: [
      "{reporter} reports a crash on the {page} page in {browser}, version {version}, severity {severity}.",
      "bug on {page} ({browser}, v {version}), severity {severity}, found by {reporter}",
      "Severity {severity}: the {page} page of version {version} breaks in {browser}. Reporter: {reporter}.",
      "In {browser} the {page} page hangs since version {version}. Severity is {severity}. {reporter}",
      "{reporter} here. {page} page doesn't load in {browser}. app version {version}. i'd say severity {severity}",
      "page={page} browser={browser} version={version} severity={severity} reporter={reporter}",
    ],
    zh: [
      "{reporter} 报告：{page} 页面在 {browser} 中崩溃，版本 {version}，严重程度 {severity}。",
      "版本 {version} 的 {page} 页面在 {browser} 打不开，严重级别 {severity}，报告人 {reporter}。",
    ],
  },
  {
    id: "server",
    draw: (random) => ({
      host: `${random.pick(["web", "db", "mail", "cache"])}-${random.int(1, 20)}`,
      ip: `10.0.${random.int(0, 9)}.${random.int(1, 250)}`,
      cpu: random.int(1, 99),
      memory: random.int(1, 99),
      healthy: random.chance(0.5),
    }),
    en: [
      "{host} ({ip}) cpu {cpu}% memory {memory}% {healthy?healthy|unhealthy}",
      "Server {host} at {ip} uses {cpu} percent cpu and {memory} percent memory and is {healthy?healthy|not healthy}.",
      "host={host} ip={ip} cpu={cpu} memory={memory} healthy={healthy?true|false}",
      "{healthy?All good|Not healthy}: {host}, address {ip}, cpu at {cpu}, memory at {memory}",
      "The machine {host} has the ip {ip}. CPU load is {cpu}, memory load {memory}. Status: {healthy?healthy|unhealthy}.",
      "pinged {ip}, that's {host}: {memory}% memory, {cpu}% cpu, {healthy?healthy|not healthy}",
    ],
    zh: [
      "服务器 {host}，地址 {ip}，CPU {cpu}%，内存 {memory}%，{healthy?正常|异常}。",
      "{host}（{ip}）处理器占用 {cpu}，内存占用 {memory}，状态{healthy?正常|不正常}。",
    ],
  },
  {
    id: "coffee-order",
    draw: (random) => ({
      drink: random.pick(["latte", "espresso", "cappuccino", "flat white"]),
      size: random.pick(["small", "medium", "large"]),
      sugar: random.int(1, 4),
      milk: random.pick(["oat", "soy", "whole"]),
      takeaway: random.chance(0.5),
    }),
    en: [
      "One {size} {drink} with {milk} milk and {sugar} sugars, {takeaway?to go|for here}.",
      "{size} {drink}, {milk} milk, sugar x{sugar}, {takeaway?takeaway|drink in}",
      "can i get a {drink} pls, {size}, {sugar} sugars, {milk} milk. {takeaway?to take away|to drink here}",
      "I'd like a {drink}. Size {size}, {milk} milk, {sugar} spoons of sugar, {takeaway?takeaway please|not takeaway}.",
      "for the lady: {drink} ({size}) with {sugar} sugars and {milk} milk, {takeaway?to go|to stay}",
      "drink: {drink}, size: {size}, milk: {milk}, sugar: {sugar}, takeaway: {takeaway?yes|no}",
    ],
    zh: [
      "一杯 {size} 的 {drink}，{milk} 奶，{sugar} 份糖，{takeaway?外带|堂食}。",
      "我要 {drink}，{size}，加 {sugar} 份糖，{milk} 奶，{takeaway?带走|在这里喝}。",
    ],
  },
  {
    id: "mountain",
    draw: (random) => ({
      mountain: random.pick(["Mount Arvo", "Grey Peak", "Monte Sola", "Eagle Top"]),
      height: random.int(900, 8000),
      country: random.pick(["Norway", "Peru", "Nepal", "Italy", "Japan"]),
      firstClimbed: random.int(1800, 1990),
    }),
    en: [
      "{mountain} in {country} is {height} meters high and was first climbed in {firstClimbed}.",
      "{mountain}, {country}, {height} m, first climbed {firstClimbed}",
      "In {firstClimbed} people stood on {mountain} ({height} m, {country}) for the first time.",
      "did you know? {mountain} is in {country}, {height} meters, first climbed in {firstClimbed}",
      "With {height} meters {mountain} is among the peaks of {country}. First climbed: {firstClimbed}.",
      "{country} has {mountain}: height {height}, first climbed {firstClimbed}",
    ],
    zh: [
      "{mountain} 位于 {country}，海拔 {height} 米，{firstClimbed} 年首次登顶。",
      "{country} 的 {mountain} 高 {height} 米，首登于 {firstClimbed} 年。",
    ],
  },
  {
    id: "furniture",
    draw: (random) => ({
      item: random.pick(["table", "shelf", "sofa", "wardrobe"]),
      width: random.int(40, 240),
      height: random.int(40, 220),
      material: random.pick(["oak", "pine", "steel", "glass"]),
      color: random.pick(COLORS),
    }),
    en: [
      "{item} made of {material}, {width} cm wide and {height} cm high, {color}",
      "A {color} {material} {item}: width {width}, height {height}.",
      "we need a {item} that's {width} wide, {height} high, {color}, in {material}",
      "The {item} measures {width} cm in width and {height} cm in height. Material: {material}. Color: {color}.",
      "selling {color} {item}, {material}, w {width} h {height}",
      "{material} {item}, painted {color}, {height} cm tall, {width} cm wide",
    ],
    zh: [
      "{color} 的 {item}，材质 {material}，宽 {width} 厘米，高 {height} 厘米。",
      "{item}：宽 {width}，高 {height}，{material} 材质，颜色 {color}。",
    ],
  },
  {
    id: "volunteer-shift",
    draw: (random) => ({
      volunteer: random.pick(PEOPLE),
      task: random.pick(["cooking", "cleaning", "tutoring", "driving"]),
      day: random.pick(DAYS),
      start: clock(random),
      hours: random.int(1, 8),
    }),
    en: [
      "{volunteer} does {task} on {day} from {start} for {hours} hours.",
      "{day} {start}: {task}, {volunteer}, {hours} hours",
      "I can do the {task} on {day}, starting {start}, about {hours} hours. {volunteer}",
      "Shift plan: {volunteer} - {task} - {day} - start {start} - {hours} hours.",
      "On {day} at {start} {volunteer} begins {hours} hours of {task}.",
      "put {volunteer} down for {hours} hours of {task} on {day}, start at {start}",
    ],
    zh: [
      "{volunteer} {day} {start} 开始做 {task}，共 {hours} 小时。",
      "志愿者 {volunteer}，任务 {task}，{day} {start} 起，{hours} 小时。",
    ],
  },
  {
    id: "lost-item",
    draw: (random) => ({
      item: random.pick(["umbrella", "wallet", "scarf", "phone", "suitcase"]),
      color: random.pick(COLORS),
      place: random.pick(["bus 12", "the library", "gate 4", "the pool"]),
      date: isoDate(random),
      reward: random.int(1, 20) * 5,
    }),
    en: [
      "Lost: {color} {item}, at {place} on {date}. Reward: {reward} euros.",
      "i lost my {item} ({color}) on {date} at {place}, {reward} euros for whoever finds it",
      "{reward} euros reward for a {color} {item} lost at {place}, {date}",
      "On {date} a {color} {item} was left at {place}. The owner offers a reward of {reward}.",
      "item {item}, color {color}, place {place}, date {date}, reward {reward}",
      "has anyone seen a {color} {item}? {place}, {date}. reward of {reward} euros",
    ],
    zh: [
      "{date} 在 {place} 丢了一个 {color} 的 {item}，酬谢 {reward} 元。",
      "寻物：{item}，颜色 {color}，地点 {place}，日期 {date}，酬金 {reward} 元。",
    ],
  },
];
